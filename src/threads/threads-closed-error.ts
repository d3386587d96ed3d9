/** The threads were closed, before the work or while it was under way. */
export class ThreadsClosedError extends Error {
  override readonly name = 'ThreadsClosedError';
  readonly kind = 'closed';

  constructor() {
    super('the threads are closed');
  }
}
