/** What came is no response of HTTP/1.1. */
export class UnreadableResponseError extends Error {
  override readonly name = 'UnreadableResponseError';
  readonly kind = 'unreadable-response';
}

/** @param why of the answer: `it is no HTTP/1.1` */
export function unreadable(why: string): UnreadableResponseError {
  return new UnreadableResponseError(`the answer cannot be read: ${why}`);
}
