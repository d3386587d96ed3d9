import type { UnreadableRow } from './row.js';

/** The input as a whole cannot be used: it is empty, binary, a folder, its header is wrong. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly kind = 'input';
}

/** One record cannot be parsed, and rows that cannot be parsed are to stop the run. */
export class UnreadableRowError extends Error {
  override readonly name = 'UnreadableRowError';
  readonly kind = 'unreadable-row';

  constructor(
    readonly file: string,
    readonly row: UnreadableRow,
  ) {
    super(`${file}, line ${row.line} (row ${row.number}): ${row.problem}`);
  }
}
