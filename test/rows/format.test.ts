import { expect, it } from 'vitest';
import { fileKindOfName, isGzipName } from '../../src/rows/format.js';

it.each([
  ['rows.csv', 'csv', false],
  ['rows.CSV', 'csv', false],
  ['rows.tsv', 'tsv', false],
  ['rows.tab', 'tsv', false],
  ['rows.jsonl', 'jsonl', false],
  ['rows.ndjson', 'jsonl', false],
  ['/data/2024.05/rows.csv.gz', 'csv', true],
  ['rows.JSONL.GZ', 'jsonl', true],
])('%s is %s', (name, format, gzip) => {
  expect(fileKindOfName(name)).toEqual({ format, gzip });
  expect(isGzipName(name)).toBe(gzip);
});

it.each(['rows', 'rows.txt', 'rows.gz', 'rows.csv.bak', 'csv', 'rows.csv.zip', 'rows.constructor', '-', ''])(
  '%j tells no kind',
  (name) => {
    expect(fileKindOfName(name)).toBeUndefined();
  },
);
