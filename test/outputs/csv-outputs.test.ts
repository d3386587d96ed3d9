import { describe, expect, inject, it } from 'vitest';
import { workbench } from '../e2e/workbench.js';
import { type Reader, readBack, type Table } from './read-back.js';

const python = inject('readersPython');

/** Cells that readers are known to take for something else, and answers that hold the same. */
const CELLS = [
  '00123',
  '9007199254740993',
  '1.10',
  '1e400',
  'NA',
  'null',
  'NaN',
  '2026-11-29',
  'true',
  'say "hi"',
  '12" ruler',
  'a, b; c',
  'a\ttab',
  'two\nlines',
  'two\r\nlines',
  'two\rlines',
  '  blanks around  ',
  "'=1+1",
  'back\\slash \\n',
  'Zoë 漢字',
] as const;

const ANSWER_OF_FAILED = '';

/** A cell with what the two readers make of it that hold line ends to be all the same. */
const AS_READ_BY: Partial<Record<Reader, (cell: string) => string>> = {
  csvkit: (cell) => cell.replaceAll('\r\n', '\n').replaceAll('\r', '\n'),
  miller: (cell) => cell.replaceAll('\r\n', '\n'),
};

describe.skipIf(python === null)('an output in CSV or TSV', () => {
  it.each([
    { name: 'CSV', output: 'out.csv', format: 'csv' },
    { name: 'CSV, compressed', output: 'out.csv.gz', format: 'csv' },
    { name: 'TSV', output: 'out.tsv', format: 'tsv' },
    { name: 'TSV, compressed', output: 'out.tsv.gz', format: 'tsv' },
  ] as const)('$name: every cell is read back as it was', async ({ output, format }) => {
    const bench = await workbench({
      answer: ({ inputs }) => `${inputs.text}`,
      behave: ({ inputs }) => (inputs.id === '7' ? { kind: 'status', status: 422 } : undefined),
    });
    await bench.write('in.csv', csvOf([['id', 'text'], ...CELLS.map((cell, at) => [`${at + 1}`, cell])]));

    const { code } = await bench.run(['in.csv', '-o', output]);

    expect(code).toBe(3);
    const rows = CELLS.map((cell, at) => [`${at + 1}`, cell, at === 6 ? ANSWER_OF_FAILED : cell]);
    await expectAll(bench.path(output), format, { columns: ['id', 'text', 'ai_output'], rows });
  });

  it('a byte order mark of the input is no part of the first name', async () => {
    const bench = await workbench({ answer: () => 'fine' });
    await bench.write('in.csv', '\ufeffid,text\n00123,a\n');

    await bench.run(['in.csv', '-o', 'out.csv']);

    await expectAll(bench.path('out.csv'), 'csv', {
      columns: ['id', 'text', 'ai_output'],
      rows: [['00123', 'a', 'fine']],
    });
  });

  it('members of a compressed output follow each other without a gap', async () => {
    const bench = await workbench({ answer: ({ inputs }) => `${inputs.id} ${'x'.repeat(2000)}` });
    const ids = Array.from({ length: 1500 }, (_, at) => `${at + 1}`);
    await bench.write('in.csv', csvOf([['id'], ...ids.map((id) => [id])]));

    await bench.run(['in.csv', '-o', 'out.csv.gz', '--concurrency', '50', '--batch-size', '10']);

    await expectAll(bench.path('out.csv.gz'), 'csv', {
      columns: ['id', 'ai_output'],
      rows: ids.map((id) => [id, `${id} ${'x'.repeat(2000)}`]),
    });
  });

  it('objects stand in a cell as JSON, and spread over columns as text', async () => {
    const facts = { title: 'say "hi",\nthere', score: 0.5, tags: ['a', 'b'] };
    const bench = await workbench({
      answer: () => facts,
      behave: ({ inputs }) => (inputs.id === '2' ? { kind: 'status', status: 422 } : undefined),
    });
    await bench.write('in.csv', 'id\n1\n2\n3\n');

    await bench.run(['in.csv', '-o', 'out.csv', '--columns', 'title,score,tags']);

    const answered = [JSON.stringify(facts), facts.title, '0.5', '["a","b"]'];
    await expectAll(bench.path('out.csv'), 'csv', {
      columns: ['id', 'ai_output', 'ai_title', 'ai_score', 'ai_tags'],
      rows: [
        ['1', ...answered],
        ['2', '', '', '', ''],
        ['3', ...answered],
      ],
    });
  });

  it('a CSV made of JSONL has a column for a key that comes late, and digits as they stood', async () => {
    const bench = await workbench({ answer: () => 'fine' });
    const early = Array.from({ length: 150 }, (_, at) => `{"id":${at + 1},"n":1.10}\n`).join('');
    await bench.write('in.jsonl', `${early}{"id":9007199254740993,"n":1e400,"late":"here"}\n`);

    const { code } = await bench.run(['in.jsonl', '-o', 'out.csv']);

    expect(code).toBe(0);
    const rows = Array.from({ length: 150 }, (_, at) => [`${at + 1}`, '1.10', '', 'fine']);
    await expectAll(bench.path('out.csv'), 'csv', {
      columns: ['id', 'n', 'late', 'ai_output'],
      rows: [...rows, ['9007199254740993', '1e400', 'here', 'fine']],
    });
  });

  it('lists in answers, of as many fields a line as the file has, in a file of several megabytes', async () => {
    const list = `Sizes:\n${'blue, 40 cm\n'.repeat(4200)}`;
    const bench = await workbench({ answer: () => list });
    const ids = Array.from({ length: 180 }, (_, at) => `${at + 1}`);
    await bench.write('in.csv', csvOf([['id'], ...ids.map((id) => [id])]));

    await bench.run(['in.csv', '-o', 'out.csv']);

    await expectAll(bench.path('out.csv'), 'csv', {
      columns: ['id', 'ai_output'],
      rows: ids.map((id) => [id, list]),
    });
  });

  it('NUL and half a character in an answer leave a file that all read', async () => {
    const bench = await workbench({ answer: ({ inputs }) => (inputs.id === '1' ? 'a\0b' : 'a\ud800b') });
    await bench.write('in.csv', 'id\n1\n2\n');

    await bench.run(['in.csv', '-o', 'out.csv']);

    await expectAll(bench.path('out.csv'), 'csv', {
      columns: ['id', 'ai_output'],
      rows: [
        ['1', 'a\ufffdb'],
        ['2', 'a\ufffdb'],
      ],
    });
  });
});

async function expectAll(path: string, format: 'csv' | 'tsv', wanted: Table): Promise<void> {
  for (const [reader, seen] of await readBack(python ?? '', path, format)) {
    const asRead = AS_READ_BY[reader] ?? ((cell: string) => cell);
    const rows = wanted.rows.map((row) => row.map((cell) => (cell === null ? null : asRead(cell))));
    expect.soft(seen, reader).toEqual({ columns: wanted.columns, rows });
  }
}

function csvOf(records: readonly (readonly string[])[]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return records.map((cells) => `${cells.map(cell).join(',')}\n`).join('');
}
