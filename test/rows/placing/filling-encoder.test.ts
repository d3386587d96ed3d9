import { describe, expect, it } from 'vitest';
import type { Layout } from '../../../src/rows/format.js';
import { fillingEncoder } from '../../../src/rows/placing/filling-encoder.js';
import { cellSplitter, DOUBLED_QUOTES, type Quoting } from '../../../src/rows/quoting.js';
import type { CellRow, ObjectRow } from '../../../src/rows/row.js';
import type { EncoderOptions } from '../../../src/rows/row-encoder.js';

const CSV: Layout = { format: 'csv', delimiter: ',', newline: '\n' };
const TSV: Layout = { format: 'tsv', delimiter: '\t', newline: '\n' };
const JSONL: Layout = { format: 'jsonl', delimiter: ',', newline: '\n' };
const COLUMNS = ['id', 'ai_output', 'note'];

function cells(text: string, { delimiter, quoting = DOUBLED_QUOTES }: Layout = CSV): CellRow {
  return { kind: 'cells', number: 1, cells: cellSplitter(delimiter, quoting)(text), text };
}

function object(text: string): ObjectRow {
  return { kind: 'object', number: 1, object: JSON.parse(text), text };
}

function encoder(options: Partial<EncoderOptions> = {}, replaced: readonly string[] = []) {
  const header = COLUMNS.join(',');
  const all = { from: CSV, to: CSV, columns: COLUMNS, header, outputColumn: 'ai_output', ...options };
  return fillingEncoder(all, { replaced: new Set(replaced) });
}

describe('a CSV that has the column already', () => {
  it('keeps its header, and gets each answer into its place, with all else byte for byte', () => {
    const { header, encode } = encoder();

    expect(header).toBe('id,ai_output,note\n');
    expect(encode(cells('"1","","say ""hi"", then"'), 'a, b')).toBe('"1","a, b","say ""hi"", then"\n');
    expect(encode(cells('12",,'), 'x')).toBe('12",x,\n');
  });

  it.each(['kept', '" kept "', '0'])('keeps a value that stands there: %s', (value) => {
    expect(encoder().encode(cells(`1,${value},x`), 'new')).toBe(`1,${value},x\n`);
  });

  it('leaves the place of a row without an answer as it is', () => {
    expect(encoder().encode(cells('1,"",x'), undefined)).toBe('1,"",x\n');
  });

  it('puts columns that it lacks behind its own, and replaces those about calls', () => {
    const columns = ['ai_error', 'ai_output'];
    const options = { columns, header: columns.join(','), spreadColumns: ['ai_topic', 'ai_error'] };
    const { header, encode } = encoder(options, ['ai_error']);

    expect(header).toBe('ai_error,ai_output,ai_topic\n');
    expect(encode(cells('timeout,'), 'good', ['praise', null])).toBe(',good,praise\n');
    expect(encode(cells('timeout,old'), undefined)).toBe('timeout,old,\n');
  });

  it('finds cells that escapes hold together', () => {
    const quoting: Quoting = { kind: 'escapes', escape: '\\' };
    const layout: Layout = { ...TSV, quoting };
    const { encode } = encoder({ from: layout, to: layout });

    expect(encode(cells('a\\\tb\\\\\t\tz', layout), 'x\ty')).toBe('a\\\tb\\\\\tx\\ty\tz\n');
  });

  it('becomes a TSV or JSONL with the answers in their places', () => {
    const row = cells('1,,x');

    expect(encoder({ to: TSV }).encode(row, 'good')).toBe('1\tgood\tx\n');
    expect(encoder({ to: JSONL }).encode(row, { a: 1 })).toBe('{"id":"1","ai_output":{"a":1},"note":"x"}\n');
    expect(encoder({ to: JSONL }).encode(row, undefined)).toBe('{"id":"1","ai_output":null,"note":"x"}\n');
  });
});

describe('JSONL that has the column in some rows', () => {
  const jsonl = { from: JSONL, header: '' };

  it('gets each answer into its place, or behind', () => {
    const { encode } = encoder({ ...jsonl, to: JSONL });

    expect(encode(object('{"ai_output": null, "n": 1.50}'), 'x')).toBe('{"ai_output": "x", "n": 1.50}\n');
    expect(encode(object('{"ai_output": {"a":1}}'), 'x')).toBe('{"ai_output": {"a":1}}\n');
    expect(encode(object('{"id":1}'), 'x')).toBe('{"id":1,"ai_output":"x"}\n');
    expect(encode(object('{"ai_output": ""}'), undefined)).toBe('{"ai_output": ""}\n');
  });

  it('becomes a CSV', () => {
    const { header, encode } = encoder({ ...jsonl, to: CSV });

    expect(header).toBe('id,ai_output,note\n');
    expect(encode(object('{"id":1,"ai_output":null}'), ['a'])).toBe('1,"[""a""]",\n');
  });
});
