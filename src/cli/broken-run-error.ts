/**
 * A run broke off with a checkpoint that resumes: a full disk, a missing permission. Its cause is what is told; the command
 * goes on once the cause is mended.
 */
export class BrokenRunError extends Error {
  override readonly name = 'BrokenRunError';
  readonly kind = 'broken-run';

  constructor(
    override readonly cause: Error,
    /** As it can be pasted into a shell. */
    readonly goOn: string,
  ) {
    super(cause.message, { cause });
  }
}
