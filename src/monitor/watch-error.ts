/** Metrics, or a worker's health, cannot be served. Thrown before the first call. */
export class PagesServerError extends Error {
  override readonly name = 'PagesServerError';
  readonly kind = 'pages-server';
}

/** The log cannot be opened. Thrown before the first call. */
export class RunLogError extends Error {
  override readonly name = 'RunLogError';
  readonly kind = 'run-log';
}
