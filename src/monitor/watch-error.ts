/** Metrics cannot be served. Thrown before the first call. */
export class MetricsServerError extends Error {
  override readonly name = 'MetricsServerError';
  readonly kind = 'metrics-server';
}

/** The log cannot be opened. Thrown before the first call. */
export class RunLogError extends Error {
  override readonly name = 'RunLogError';
  readonly kind = 'run-log';
}
