import { withoutKeys } from './key-looks.js';

/** One thing that is wrong with a fabric file, or with a file that its templates include. */
export interface FabricFileProblem {
  readonly file: string;
  /** From 1; undefined where it is about the file as a whole. */
  readonly line?: number;
  /** Where in the file, such as `limits.tokens`. */
  readonly where?: string;
  /** What was wanted and what was got. */
  readonly text: string;
}

/**
 * A fabric file can't be used. Its message has a line for each problem, in the order of the file.
 *
 * @example
 * if (error instanceof FabricFileError) console.error(error.message);
 */
export class FabricFileError extends Error {
  override readonly name = 'FabricFileError';
  readonly kind = 'fabric-file';

  constructor(readonly problems: readonly FabricFileProblem[]) {
    super(problems.map(inOneLine).join('\n'));
  }
}

function inOneLine({ file, line, where, text }: FabricFileProblem): string {
  const place = line === undefined ? file : `${file}:${line}`;
  const words = where === undefined || where === '' ? text : `${where}: ${text}`;
  // What stands in a file may be a key that was put into the wrong place.
  return `${place}: ${withoutKeys(words.replace(/\s+/g, ' '))}`;
}
