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

export function writeRows(file: string, rows: number): void {
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, `${COLUMNS.join(',')}\n`);
  for (let first = 1; first <= rows; first += ROWS_A_WRITE) {
    let lines = '';
    for (let row = first; row < first + ROWS_A_WRITE && row <= rows; row++) lines += csvLine(row);
    writeSync(descriptor, lines);
  }
  closeSync(descriptor);
}

function csvLine(row: number): string {
  const { id, name, category, price, stock, description } = generatedInputs(row);
  return `${id},${name},${category},${price},${stock},"${description}"\n`;
}

function pick(words: readonly string[], index: number): string {
  return words[index % words.length] ?? '';
}
