import { describe, expect, it } from 'vitest';
import { countRows } from '../../src/rows/count-rows.js';
import { every, memorySource, readFile } from './memory-source.js';

const CSV = { format: 'csv', delimiter: ',', newline: '\n' } as const;

const going = new AbortController().signal;

async function counted(text: string, format: 'csv' | 'jsonl' = 'csv', chunk = 4): Promise<number> {
  const source = memorySource(text, every(chunk));
  const { look } = await readFile(text, { format, badRows: 'collect' });
  return countRows(source, look.layout, look.start, going);
}

describe('counts the rows', () => {
  it.each([
    ['of a CSV file', 'a,b\n1,2\n3,4\n', 2],
    ['of a CRLF file', 'a,b\r\n1,2\r\n3,4\r\n', 2],
    ['with line ends inside quotes', 'a,b\n"1\n\n",2\n3,"4\r\n"\n', 2],
    ['with quotes inside quotes', 'a,b\n"""\n",2\n3,"4 "" "\n', 2],
    ['without a line end at the end', 'a,b\n1,2\n3,4', 2],
    ['of a header alone', 'a,b\n', 0],
  ])('%s', async (_what, text, rows) => {
    for (let chunk = 1; chunk < text.length; chunk++) expect(await counted(text, 'csv', chunk)).toBe(rows);
  });

  it('of a JSONL file, whatever quotes it holds', async () => {
    expect(await counted('{"a":"\\""}\n{"a":2}\n{"a":3}', 'jsonl')).toBe(3);
  });

  it('as the reader does, from any position', async () => {
    const text = 'a,b\n1,2\n"x\ny",2\n"""",4\n5,6';
    const { blocks } = await readFile(text, { blockRows: 1 });

    for (const { end } of blocks) {
      expect(await countRows(memorySource(text, every(3)), CSV, end, going)).toBe(4);
    }
  });

  it('until it is told to stop', async () => {
    const stopped = AbortSignal.abort();

    const rows = await countRows(
      memorySource('a\n1\n'),
      CSV,
      { offset: 0, row: 7, line: 8, crc: 0 },
      stopped,
    );

    expect(rows).toBe(7);
  });
});
