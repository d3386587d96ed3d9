/** A page cannot be served. */
export class ViewServerError extends Error {
  override readonly name = 'ViewServerError';
  readonly kind = 'view-server';
}
