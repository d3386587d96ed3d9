import { readFileSync, statSync } from 'node:fs';
import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Journal } from '../../../src/checkpoint/journal/journal.js';
import type { JournalSegment } from '../../../src/checkpoint/journal/read-journal.js';
import { runs } from '../../support/runs.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { readAll } from '../read-all.js';
import { runWhereFilesAreSmall } from '../where-files-are-small.js';

const FIRST = 'journal-000001.jsonl';
const SECOND = 'journal-000002.jsonl';
const MEGABYTE = 1024 * 1024;

interface Entry {
  readonly row: number;
  readonly answer?: string;
}

const parse = (line: string) => JSON.parse(line) as Entry;

async function journalIn(folder: string, old: readonly JournalSegment[] = []) {
  const failures: Error[] = [];
  const journal = new Journal(folder, old, (error) => failures.push(error));
  let isOpen = true;
  const close = async () => {
    isOpen = false;
    await journal.close();
  };
  onTestFinished(async () => {
    if (isOpen) await close();
    expect(failures).toEqual([]);
  });
  const append = (row: number, answer = `answer ${row}`) =>
    journal.append(JSON.stringify({ row, answer }), row);
  return { journal, append, close };
}

async function rowsIn(folder: string): Promise<number[]> {
  return [...(await readAll(folder, parse)).entries.keys()];
}

async function segmentsIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('journal-')).sort();
}

describe('a journal', () => {
  it('writes the lines of one turn at its end, all at once', async () => {
    const folder = await temporaryFolder();
    const { append } = await journalIn(folder);
    const size = () => statSync(join(folder, FIRST)).size;

    const written = [append(1), append(2), append(3)];
    await Promise.resolve();
    const sizeInTheTurn = size();
    const sizes = await Promise.all(written.map((line) => line.then(size)));

    expect(sizeInTheTurn).toBe(0);
    expect(new Set(written).size).toBe(1);
    expect(new Set(sizes)).toEqual(new Set([Buffer.byteLength(linesOf([1, 2, 3]))]));
  });

  it('says that a line is safe only when the file has it', async () => {
    const folder = await temporaryFolder();
    const { append } = await journalIn(folder);

    for (const row of [1, 2, 3]) {
      await append(row);
      expect(readFileSync(join(folder, FIRST), 'utf8')).toContain(`{"row":${row},`);
    }
  });

  it('gives back what it took, the last word about a row', async () => {
    const folder = await temporaryFolder();
    const { append, close } = await journalIn(folder);
    await append(7, 'first');
    await append(3, 'two\nlines, "quoted", 🦊');
    await append(7, 'second');
    await close();

    const { entries, segments } = await readAll(folder, parse);

    expect([...entries.values()]).toEqual([
      { row: 7, answer: 'second' },
      { row: 3, answer: 'two\nlines, "quoted", 🦊' },
    ]);
    const bytes = statSync(join(folder, FIRST)).size;
    expect(segments).toEqual([{ path: join(folder, FIRST), number: 1, lastRow: 7, bytes, weight: 0 }]);
  });

  it('goes on in a new file, so that no line is put behind a torn one', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), `${linesOf([1])}{"row":2,"ans`);
    const { segments } = await readAll(folder, parse);

    const { append } = await journalIn(folder, segments);
    await append(3);

    expect(await segmentsIn(folder)).toEqual([FIRST, SECOND]);
    expect(await rowsIn(folder)).toEqual([1, 3]);
  });

  it.each<[string, string]>([
    ['a torn last line', '{"row":2,"answer":"tor'],
    ['a line torn inside a character', '{"row":2,"answer":"\u00e9"}'.slice(0, -3)],
    ['a last line of NULs', '\0'.repeat(64)],
    ['a block of NULs with a line behind it', `${'\0'.repeat(512)}{"row":2,"answer":"x"}\n`],
    ['a line that is no entry', '17\nnull\n[]\n'],
    ['empty lines', '\n\n'],
  ])('takes %s for an answer that did not arrive', async (_what, tail) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), linesOf([1]) + tail);

    const { entries } = await readAll(folder, (line) => {
      const entry = parse(line) as Entry | null;
      return typeof entry?.row === 'number' ? entry : undefined;
    });

    expect([...entries.keys()]).toEqual([1]);
  });

  it('cut at any byte, gives exactly the lines that are whole', async () => {
    const folder = await temporaryFolder();
    let nth = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (answers, share) => {
          const lines = answers.map((answer, index) => `${JSON.stringify({ row: index + 1, answer })}\n`);
          const bytes = Buffer.from(lines.join(''));
          const cut = Math.floor(share * bytes.length);
          const own = join(folder, String(nth++));
          await mkdir(own);
          await writeFile(join(own, FIRST), bytes.subarray(0, cut));

          const { entries } = await readAll(own, parse);

          // A line that lacks only its line end is whole.
          let end = 0;
          const whole = lines.filter((line) => {
            end += Buffer.byteLength(line);
            return end - 1 <= cut;
          });
          expect([...entries.values()]).toEqual(whole.map((line) => JSON.parse(line)));
        },
      ),
      { numRuns: runs(80) },
    );
  });
});

describe('the segments of a journal', () => {
  it('get a successor past a megabyte, and go when all their rows are committed', async () => {
    const folder = await temporaryFolder();
    const { journal, append } = await journalIn(folder);
    await append(4, 'x'.repeat(MEGABYTE));
    await append(2);

    await journal.dropUpTo(1);
    expect(await segmentsIn(folder)).toEqual([FIRST, SECOND]);
    await append(5);
    await journal.dropUpTo(3);
    expect(await rowsIn(folder)).toEqual([4, 2, 5]);
    await journal.dropUpTo(4);

    expect(await segmentsIn(folder)).toEqual([SECOND]);
    expect(await rowsIn(folder)).toEqual([5]);
  });

  it('are not many while they are small', async () => {
    const folder = await temporaryFolder();
    const { journal, append } = await journalIn(folder);

    for (let row = 1; row <= 50; row++) {
      await append(row);
      await journal.dropUpTo(row);
    }

    expect(await segmentsIn(folder)).toEqual([FIRST]);
  });

  it('stay, an older one too, as long as the one before them has a row that is not committed', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), linesOf([1, 9]));
    await writeFile(join(folder, SECOND), linesOf([2]));
    const { segments } = await readAll(folder, parse);
    const { journal } = await journalIn(folder, segments);

    await journal.dropUpTo(8);
    expect(await rowsIn(folder)).toEqual([1, 9, 2]);
    await journal.dropUpTo(9);

    expect(await rowsIn(folder)).toEqual([]);
  });

  it('take lines while a new one begins', async () => {
    const folder = await temporaryFolder();
    const { journal, append } = await journalIn(folder);
    await append(1, 'x'.repeat(MEGABYTE + 1));

    const pending = append(2);
    const dropping = journal.dropUpTo(0);
    await Promise.all([pending, append(3), dropping]);

    expect(await readFile(join(folder, FIRST), 'utf8')).toContain('"row":2');
    expect(await readFile(join(folder, SECOND), 'utf8')).toBe(linesOf([3]));
  });

  it('are all gone when the run is finished', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, FIRST), linesOf([1]));
    const { journal, append } = await journalIn(folder, (await readAll(folder, parse)).segments);
    await append(2);

    await journal.remove();

    expect(await segmentsIn(folder)).toEqual([]);
  });
});

describe('a journal that cannot be written', () => {
  it.skipIf(process.platform === 'win32')(
    'rejects, and tears no later line with the one that did not fit',
    async () => {
      const folder = await temporaryFolder();
      const program = join(import.meta.dirname, 'journal-on-a-full-disk.ts');

      const { said, sizeWhenFull } = (await runWhereFilesAreSmall(program, folder, join(folder, FIRST))) as {
        said: string[];
        sizeWhenFull: number;
      };

      expect(said).toEqual(['safe', 'EFBIG', 'safe']);
      expect(sizeWhenFull).toBe(1024);
      expect(await rowsIn(folder)).toEqual([1, 3]);
    },
  );

  it('rejects what comes when it is closed: its descriptor may be another file by then', async () => {
    const folder = await temporaryFolder();
    const { append, close } = await journalIn(folder);
    await append(1);
    await close();
    const other = await open(join(folder, 'other'), 'w');
    onTestFinished(() => other.close());

    await expect(append(2)).rejects.toThrow('the journal is closed');

    expect(await readFile(join(folder, 'other'), 'utf8')).toBe('');
    expect(await rowsIn(folder)).toEqual([1]);
  });

  it('still writes what it took in the turn in which it is closed', async () => {
    const folder = await temporaryFolder();
    const { append, close } = await journalIn(folder);

    const written = append(1);
    await close();

    await written;
    expect(await rowsIn(folder)).toEqual([1]);
  });
});

function linesOf(rows: readonly number[]): string {
  return rows.map((row) => `{"row":${row},"answer":"answer ${row}"}\n`).join('');
}
