import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../../src/rows/byte-source.js';
import type { InputFormat } from '../../../src/rows/format.js';
import { lookAt } from '../../../src/rows/look.js';
import { IndexedFile } from '../../../src/run/view/indexed-file.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const ROWS = 1_234;
const GOES_ON = new AbortController().signal;

const TEXTS: Readonly<Record<InputFormat, (n: number) => string>> = {
  csv: (n) => `${n},"line 1\nline 2 of ${n}, ""quoted"""\r\n`,
  tsv: (n) => `${n}\tnote ${n}\n`,
  jsonl: (n) => `{"id":${n},"note":"é ${n}"}\n`,
  json: (n) => `${n === 1 ? '[' : ','}\n {"id":${n},"note":"]}, ${n}"}${n === ROWS ? '\n]\n' : ''}`,
};

async function indexed(format: InputFormat, gzip: boolean): Promise<IndexedFile> {
  const header = { csv: 'id,note\r\n', tsv: 'id\tnote\n', jsonl: '', json: '' }[format];
  const text = header + Array.from({ length: ROWS }, (_, index) => TEXTS[format](index + 1)).join('');
  const path = join(await temporaryFolder(), 'rows');
  await writeFile(path, gzip ? gzipSync(text) : text);
  const source = fileSource(path, gzip);
  const { layout, columns, start } = await lookAt(source, { format });
  return new IndexedFile({ source, layout, columns, start, gzip });
}

function firstValue(row: { kind: string; cells?: readonly string[]; object?: object }): number {
  return Number(row.cells?.[0] ?? Object.values(row.object ?? {})[0]);
}

describe.each(['csv', 'tsv', 'jsonl', 'json'] as const)('an indexed file of rows: %s', (format) => {
  it.each([false, true])('gives any row without those before it (compressed: %s)', async (gzip) => {
    const file = await indexed(format, gzip);
    await file.extend(undefined, GOES_ON, () => {});
    const numbers = [1, 100, 101, 200, 777, ROWS, 2, 999];

    const rows = await file.readEach(numbers);

    expect(file.rows).toBe(ROWS);
    expect(rows.map(({ number }) => number)).toEqual(numbers);
    expect(rows.map(firstValue)).toEqual(numbers);
  });

  it('goes on where it stopped, and knows no row behind the last one it was told of', async () => {
    const file = await indexed(format, false);
    const seen: number[] = [];
    const see = ({ rows }: { rows: readonly { number: number }[] }) => {
      seen.push(...rows.map(({ number }) => number));
    };

    await file.extend(150, GOES_ON, see);
    const rowsThen = file.rows;
    const beyond = await file.readEach([151]);
    await file.extend(undefined, GOES_ON, see);

    expect(rowsThen).toBe(150);
    expect(beyond).toEqual([]);
    expect(seen).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1));
    expect((await file.readEach([151])).map(firstValue)).toEqual([151]);
  });
});
