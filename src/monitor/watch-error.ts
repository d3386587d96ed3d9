/** Metrics cannot be served; nothing was called yet. */
export class MetricsServerError extends Error {
  override readonly name = 'MetricsServerError';
  readonly kind = 'metrics-server';
}

/** The log cannot be opened; nothing was called yet. */
export class RunLogError extends Error {
  override readonly name = 'RunLogError';
  readonly kind = 'run-log';
}
