import fc from 'fast-check';

/** A cell's text: whatever a spreadsheet may hold, and what is hard to write as CSV more often than not. */
export const randomCell: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom('"', ',', ';', '\t', '\n', '\r', ' ', 'a', '0', 'é', '日', '🦊', "'", '\\', '{'),
    maxLength: 6,
  }),
);

export function randomCells(count: number): fc.Arbitrary<string[]> {
  return fc.array(randomCell, { minLength: count, maxLength: count });
}

/** Writes CSV, every cell in quotes (RFC 4180); by hand, so that no library is asked whether it agrees with itself. */
export function csvText(rows: readonly (readonly string[])[], newline: string, delimiter = ','): string {
  return rows.map((cells) => cells.map(quoted).join(delimiter) + newline).join('');
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

/** A line of JSONL: an object, with white space where JSON allows it. */
export const randomJsonLine: fc.Arbitrary<string> = fc
  .tuple(
    fc.dictionary(
      fc.string({ maxLength: 5 }).filter((name) => name !== 'ai_output'),
      fc.jsonValue(),
      { maxKeys: 4 },
    ),
    fc.constantFrom('', ' ', '\t'),
    fc.constantFrom(undefined, 1),
  )
  .map(
    ([object, space, indent]) =>
      `${space}${JSON.stringify(object, null, indent).replaceAll('\n', ' ')}${space}`,
  );
