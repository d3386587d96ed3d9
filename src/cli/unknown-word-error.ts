/** An option or a command that was typed and that there is not. */
export class UnknownWordError extends Error {
  override readonly name = 'UnknownWordError';
  readonly kind = 'unknown-word';

  /**
   * @param word without a value that stands behind `=`: it may be a secret.
   * @param known what could have stood in its place: `--inputs`, `preview`
   */
  constructor(
    readonly what: 'option' | 'command',
    readonly word: string,
    readonly known: readonly string[],
  ) {
    super(`unknown ${what} '${word}'`);
  }
}
