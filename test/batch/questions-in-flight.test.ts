import { expect, it } from 'vitest';
import { QuestionsInFlight } from '../../src/batch/questions-in-flight.js';

/** More than there are places, so that several questions share one. */
const ROWS = 6_000;
const ALL_ROWS = Array.from({ length: ROWS }, (_, at) => at + 1);

it('questions are found by their text and by their row, until they are taken out, in whatever order', () => {
  const inFlight = new QuestionsInFlight();
  const left = new Map<number, string>();
  const taken: (number | undefined)[] = [];
  const wanted: number[] = [];
  for (const row of ALL_ROWS) {
    left.set(row, questionOf(row));
    inFlight.add(row, questionOf(row));
    // The newest, the oldest, or none.
    const leaving = row % 3 === 0 ? row : row % 3 === 1 ? Math.ceil(row / 3) : 0;
    if (!left.delete(leaving)) continue;
    wanted.push(leaving);
    taken.push(inFlight.take(questionOf(leaving))?.row);
  }

  expect(taken).toEqual(wanted);
  expect(ALL_ROWS.map((row) => inFlight.ofRow(row))).toEqual(ALL_ROWS.map((row) => left.get(row)));
  expect(ALL_ROWS.filter((row) => inFlight.find(questionOf(row)) !== undefined)).toEqual([...left.keys()]);
});

it('a question that is not in flight is not taken out', () => {
  const inFlight = new QuestionsInFlight();
  inFlight.add(1, 'a question');

  expect(inFlight.take('another question')).toBeUndefined();
  expect(inFlight.take('')).toBeUndefined();
  expect(inFlight.take('a question')?.row).toBe(1);
  expect(inFlight.take('a question')).toBeUndefined();
});

/** Many begin alike. */
function questionOf(row: number): string {
  return `${String.fromCharCode(65 + (row % 26))}${row}`;
}
