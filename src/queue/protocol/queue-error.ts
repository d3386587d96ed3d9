/** What can be wrong with a queue as a whole. Nothing of a run is lost by any of it. */
export type QueueErrorKind =
  /** The URL or the prefix cannot be used as it is written. */
  | 'address'
  /** Nobody answers there. */
  | 'unreachable'
  /** The server wants another user or password, or does not allow what the queue needs. */
  | 'auth'
  /** The server is too old, or none that is known. */
  | 'version'
  /** The server throws keys away when its memory is full. */
  | 'evicts'
  /** Another coordinator runs this run. */
  | 'held'
  /** The queue does not know this run. */
  | 'unknown-run'
  /** A worker has left the run over an error of its own. */
  | 'worker-failed';

/**
 * The queue cannot be used. Its message holds no password.
 *
 * @example
 * if (error instanceof QueueError && error.kind === 'held') process.exitCode = 5;
 */
export class QueueError extends Error {
  override readonly name = 'QueueError';

  constructor(
    readonly kind: QueueErrorKind,
    message: string,
  ) {
    super(message);
  }
}
