export type LlamaSetUpErrorKind =
  /** The package is not there. */
  | 'not-installed'
  /** The package is there, and can't be used: broken, of another version, or without a binary for this machine. */
  | 'unusable'
  /** The model's file is missing, unreadable, or not a GGUF file. */
  | 'model-file'
  /** An unknown parameter, or one with a value that no model accepts. */
  | 'parameter';

/**
 * Why no model can run in this process. Known before the first call; the message says what to do.
 *
 * @example
 * if (error instanceof LlamaSetUpError) console.error(error.message);
 */
export class LlamaSetUpError extends Error {
  override readonly name = 'LlamaSetUpError';

  constructor(
    readonly kind: LlamaSetUpErrorKind,
    message: string,
  ) {
    super(message);
  }
}
