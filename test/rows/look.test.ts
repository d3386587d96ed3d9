import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../src/rows/byte-source.js';
import { fileKindOfName } from '../../src/rows/format.js';
import { InputError } from '../../src/rows/input-error.js';
import { type Look, lookAt } from '../../src/rows/look.js';
import { cutAt, every, memorySource } from './memory-source.js';

const FIXTURES = new URL('../../fixtures/', import.meta.url).pathname;

function lookAtFixture(name: string): Promise<Look> {
  const kind = fileKindOfName(name);
  if (kind === undefined) throw new Error(`${name} has no kind`);
  return lookAt(fileSource(FIXTURES + name, kind.gzip), kind);
}

const look = (content: string | Buffer, cut = every(100_000)) =>
  lookAt(memorySource(content, cut), { format: 'csv' });

describe('the fixtures', () => {
  const LOOKED_AT = 100;
  const GOOD: Readonly<Record<string, { rows: number; columns: number; newline: string }>> = {
    'cities.tsv': { rows: 15, columns: 6, newline: '\n' },
    'dates-of-all-kinds.csv': { rows: 13, columns: 2, newline: '\n' },
    'excel-export.csv': { rows: 8, columns: 5, newline: '\r\n' },
    'late-key.jsonl': { rows: 100, columns: 2, newline: '\n' },
    'numbers-too-long.jsonl': { rows: 4, columns: 3, newline: '\n' },
    'products.csv': { rows: 100, columns: 6, newline: '\n' },
    'reviews.csv': { rows: 60, columns: 5, newline: '\n' },
    'tickets.jsonl': { rows: 40, columns: 32, newline: '\n' },
  };
  const WITH_DEEP_ROWS: Readonly<Record<string, readonly number[]>> = { 'nested-too-deep.jsonl': [2] };
  const REFUSED: Readonly<Record<string, string>> = {
    'binary.csv': 'is a binary file, not text',
    'empty.csv': 'is empty',
  };
  const WITH_BAD_ROWS: Readonly<Record<string, readonly number[]>> = {
    'bad-line.jsonl': [3],
    'duplicate-header.csv': [],
    'empty-header-name.csv': [],
    'inch-mark.csv': [],
    'has-ai-output.csv': [],
    'header-only.csv': [],
    'latin1.csv': [1, 2, 3],
    'long-row.csv': [3],
    'not-an-object.jsonl': [2],
    'open-quote.csv': [2],
    'short-row.csv': [3],
  };

  it.each(Object.entries(GOOD))('%s can be read', async (name, { rows, columns, newline }) => {
    const seen = await lookAtFixture(name);

    expect(seen.unreadable).toEqual([]);
    expect(seen.rows).toHaveLength(rows);
    expect(seen.columns).toHaveLength(columns);
    expect(seen.layout.newline).toBe(newline);
    expect(seen.whole).toBe(rows < LOOKED_AT);
  });

  it.each(Object.entries(REFUSED))('broken/%s is refused', async (name, message) => {
    const looking = lookAtFixture(`broken/${name}`);

    await expect(looking).rejects.toBeInstanceOf(InputError);
    await expect(looking).rejects.toThrow(message);
    await expect(looking).rejects.toThrow(`broken/${name}`);
  });

  it.each(Object.entries(WITH_BAD_ROWS))('broken/%s can be read but for rows %j', async (name, bad) => {
    const seen = await lookAtFixture(`broken/${name}`);

    expect(seen.unreadable.map((row) => row.number)).toEqual(bad);
  });

  it.each(Object.entries(WITH_DEEP_ROWS))('%s can be read but for rows %j', async (name, bad) => {
    const seen = await lookAtFixture(name);

    expect(seen.unreadable.map((row) => row.number)).toEqual(bad);
  });

  it('are all looked at', () => {
    const files = readdirSync(FIXTURES, { withFileTypes: true }).filter((file) => file.isFile());

    // Files of other kinds (a fabric, say) may stand among them.
    const ofRows = files.map((file) => file.name).filter((name) => fileKindOfName(name) !== undefined);
    expect([...Object.keys(GOOD), ...Object.keys(WITH_DEEP_ROWS)]).toEqual(expect.arrayContaining(ofRows));
    expect([...Object.keys(REFUSED), ...Object.keys(WITH_BAD_ROWS)].sort()).toEqual(
      readdirSync(`${FIXTURES}broken`).sort(),
    );
  });
});

describe('the header', () => {
  it('is kept as it stood in the file', async () => {
    const { header, columns } = await look('\ufeff\r\n"a ""b""", c ,d\r\n1,2,3\r\n');

    expect(header).toBe('"a ""b""", c ,d');
    expect(columns).toEqual(['a "b"', ' c ', 'd']);
  });

  it('may hold line ends, and the first row comes after it', async () => {
    const seen = await look('"a\nb",c\n1,2\n');

    expect(seen.columns).toEqual(['a\nb', 'c']);
    expect(seen.start).toMatchObject({ offset: 8, row: 0, line: 3 });
  });

  it.each([
    ['an open quote', '"a,b\n1,2\n', /line 1: the header cannot be read: wanted a closing quote/],
    ['text behind a quote', '"a"b,c\n1,2\n', /line 1: the header cannot be read: wanted a delimiter/],
  ])('is refused for %s', async (_what, text, message) => {
    await expect(look(text)).rejects.toThrow(message);
    await expect(look(text)).rejects.toBeInstanceOf(InputError);
  });

  it('is refused where it is not UTF-8', async () => {
    const latin1 = Buffer.from('prénom,nom\nAda,Lovelace\n', 'latin1');

    await expect(look(latin1)).rejects.toThrow(/the header is not UTF-8 text/);
  });
});

describe('the beginning', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \n\n\t\n'],
    ['a byte order mark alone', '\ufeff'],
  ])('of %s is empty', async (_what, text) => {
    await expect(look(text)).rejects.toThrow('rows is empty');
  });

  it('of gzip is told from text', async () => {
    await expect(look(Buffer.from([0x1f, 0x8b, 8, 0]))).rejects.toThrow(/compressed with gzip.*\.gz/);
  });

  it.each([
    ['\n', 'a,b\n1,2\n'],
    ['\r\n', 'a,b\r\n1,2\r\n'],
    ['\r', 'a,b\r1,2\r'],
    ['\r', 'a,b\r1,"x\ny"\r'],
    ['\r', 'a,b\r'],
    ['\r\n', '"x\ny",b\r\n1,2\r\n'],
    ['\n', 'a\rb,c\n1,2\n'],
    ['\n', 'a,b'],
  ])('shows that lines end with %j: %j', async (newline, text) => {
    for (let offset = 1; offset <= text.length; offset++) {
      expect((await look(text, cutAt(offset))).layout.newline).toBe(newline);
    }
  });

  it('is looked at for a hundred rows', async () => {
    const seen = await look(`a\n${'x\n'.repeat(250)}`);

    expect(seen.rows).toHaveLength(100);
    expect(seen.whole).toBe(false);
  });

  it('takes tabs for a TSV file, and another delimiter where one is given', async () => {
    const tsv = await lookAt(memorySource('a\tb\n'), { format: 'tsv' });
    const semicolons = await lookAt(memorySource('a;b\n'), { format: 'csv', delimiter: ';' });

    expect(tsv.columns).toEqual(['a', 'b']);
    expect(semicolons.columns).toEqual(['a', 'b']);
  });
});
