import { closeSync, openSync, writeSync } from 'node:fs';

const COLUMNS = ['id', 'name', 'category', 'price', 'stock', 'description'] as const;
const ADJECTIVES = ['Small', 'Sturdy', 'Folding', 'Quiet', 'Plain', 'Bright', 'Light', 'Heavy'];
const NOUNS = ['kettle', 'lamp', 'stool', 'basket', 'mirror', 'blanket', 'teapot', 'shelf'];
const CATEGORIES = ['kitchen', 'living room', 'bedroom', 'garden', 'office'];
const DESCRIPTIONS = [
  'Made of oak and brass, easy to clean, five years of warranty',
  'Fits where others do not, comes in four colours and two sizes',
  'The one that our customers order again, packed without plastic',
];
const MORE = '; as good for a small room as for a large one';
const ROWS_A_WRITE = 10_000;

/** The inputs of one row, always the same for the same number: about 120 bytes as a line of CSV. */
export function generatedInputs(row: number): Record<(typeof COLUMNS)[number], string> {
  return {
    id: String(row).padStart(7, '0'),
    name: `${pick(ADJECTIVES, row)} ${pick(NOUNS, Math.floor(row / 8))} no. ${row % 1_000}`,
    category: pick(CATEGORIES, row),
    price: ((row % 20_000) / 100 + 1).toFixed(2),
    stock: String(row % 300).padStart(5, '0'),
    description: pick(DESCRIPTIONS, row),
  };
}

/** Rows of about 120 bytes, or of so many: then their descriptions are longer. */
export function writeRows(file: string, rows: number, bytesARow = 0): void {
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, `${COLUMNS.join(',')}\n`);
  for (let first = 1; first <= rows; first += ROWS_A_WRITE) {
    let lines = '';
    for (let row = first; row < first + ROWS_A_WRITE && row <= rows; row++) lines += csvLine(row, bytesARow);
    writeSync(descriptor, lines);
  }
  closeSync(descriptor);
}

function csvLine(row: number, bytes: number): string {
  const { id, name, category, price, stock, description } = generatedInputs(row);
  const line = `${id},${name},${category},${price},${stock},"${description}"\n`;
  const more = bytes - line.length;
  return more > 0
    ? line.replace('"\n', `${MORE.repeat(Math.ceil(more / MORE.length)).slice(0, more)}"\n`)
    : line;
}

function pick(words: readonly string[], index: number): string {
  return words[index % words.length] ?? '';
}
