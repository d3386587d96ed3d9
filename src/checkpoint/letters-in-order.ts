import type { FinishedResult } from '../fabric/row-result.js';
import type { UnreadableRow } from '../rows/row.js';

interface LettersOf {
  letter(result: FinishedResult): string;
  unreadableLetter(row: UnreadableRow): string;
}

/** Dead letters stand in row order, so that a retry can walk them beside the output. */
export function lettersInOrder(
  unreadable: readonly UnreadableRow[],
  results: readonly FinishedResult[],
  encoder: LettersOf,
): string {
  const failed = results.filter((result) => result.status === 'failed');
  const letters = [
    ...failed.map((result) => ({ number: result.row.number, letter: encoder.letter(result) })),
    ...unreadable.map((row) => ({ number: row.number, letter: encoder.unreadableLetter(row) })),
  ];
  return letters
    .sort((a, b) => a.number - b.number)
    .map(({ letter }) => letter)
    .join('');
}
