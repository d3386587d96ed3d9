import type { Commit, ResultEncoder } from './run-store.js';

/** Dead letters stand in row order, so that a retry can walk them beside the output. */
export function lettersInOrder({ batch, results }: Commit, encoder: ResultEncoder): string {
  const failed = results.filter((result) => result.status === 'failed');
  const letters = [
    ...failed.map((result) => ({ number: result.row.number, letter: encoder.letter(result) })),
    ...batch.unreadable.map((row) => ({ number: row.number, letter: encoder.unreadableLetter(row) })),
  ];
  return letters
    .sort((a, b) => a.number - b.number)
    .map(({ letter }) => letter)
    .join('');
}
