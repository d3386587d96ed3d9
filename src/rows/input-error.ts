import { counted } from '../wording/wording.js';
import type { UnreadableRow } from './row.js';

/**
 * The input as a whole cannot be used: it is empty, binary or a folder, or its header is wrong.
 *
 * @example
 * if (error instanceof InputError) console.error(error.message);
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly kind = 'input';
}

/**
 * One record cannot be parsed, and such records stop the run.
 *
 * @example
 * if (error instanceof UnreadableRowError) console.error(`${error.file}: correct row ${error.row.number}`);
 */
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

/**
 * The input was overwritten while it was read, or rows were put in or taken out while batches of them were out.
 *
 * @example
 * const outcome = await run.outcome;
 * if (outcome.kind === 'stopped' && outcome.reason.kind === 'input-changed') console.error(outcome.reason.error.message);
 */
export class InputChangedError extends Error {
  override readonly name = 'InputChangedError';
  readonly kind = 'input-changed';

  /**
   * @param rowsRead rows read before that was noticed.
   * @param since when the rows were what they are not any more: earlier in this reading, or when they were sent.
   */
  constructor(
    readonly file: string,
    readonly rowsRead: number,
    readonly since: 'reading' | 'sending' = 'reading',
  ) {
    super(
      since === 'reading'
        ? `${file} was overwritten while it was read: ${changedRows(rowsRead)}`
        : `${file} has other rows than were sent: ${changedRows(rowsRead)}, and sending them again would be paid for again`,
    );
  }
}

function changedRows(rowsRead: number): string {
  if (rowsRead === 1) return 'its first row is not what it was';
  return `its first ${counted(rowsRead, 'row')} are not all what they were`;
}
