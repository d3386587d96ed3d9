/**
 * The command, its set-up or its input is wrong; nothing was called. The message says what to do.
 *
 * @example
 * if (error instanceof SetUpError) console.error(error.message);
 */
export class SetUpError extends Error {
  override readonly name: string = 'SetUpError';
  readonly kind = 'set-up';
}
