import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { BatchaiOptions } from '../support/run-batchai.js';
import { API_KEY, rowsCsv, type Workbench, workbench } from './workbench.js';

const BROKEN = join(import.meta.dirname, '../../fixtures/broken');

interface Refusal {
  /** Of `batchai run`, after a fabric, a base URL and no rate limit. */
  args: string[];
  says: RegExp;
  options?: BatchaiOptions;
  arrange?: (bench: Workbench) => Promise<unknown>;
}

/** The input as such is wrong. */
const INPUTS: Record<string, Refusal> = {
  'a header that names a column twice': {
    args: ['duplicate-header.csv'],
    says: /duplicate-header\.csv: the header names "name" twice \(columns 2 and 4\)/,
  },
  'a column without a name': {
    args: ['empty-header-name.csv'],
    says: /empty-header-name\.csv: column 2 has no name/,
  },
  'missing columns': {
    args: ['rows.csv', '--inputs', 'id,colour,nmae'],
    says: /--inputs: rows\.csv has no columns "colour", "nmae" \(perhaps "name"\); it has id, name, note/,
  },
  'an output column that is there already': {
    args: ['has-ai-output.csv'],
    says: /has-ai-output\.csv has a column "ai_output" already.*--output-column/,
  },
  'an empty file': { args: ['empty.csv'], says: /empty\.csv is empty/ },
  'a binary file': { args: ['binary.csv'], says: /binary\.csv is a binary file/ },
  'a Latin-1 file': {
    args: ['latin1.csv'],
    says: /latin1\.csv, line 2 \(row 1\): wanted UTF-8 text, got bytes/,
  },
  'a folder': {
    args: ['folder.csv'],
    says: /folder\.csv is a folder/,
    arrange: (b) => mkdir(b.path('folder.csv')),
  },
  'a file that is not there': { args: ['gone.csv'], says: /gone\.csv: there is no such file/ },
  'a name that tells no format': {
    args: ['rows.txt'],
    says: /rows\.txt: its name does not tell its format.*--format/,
    arrange: (bench) => bench.write('rows.txt', rowsCsv(1)),
  },
  'a row with too few fields': {
    args: ['short-row.csv'],
    says: /short-row\.csv, line 4 \(row 3\): wanted 4 fields as in the header, got 2.*--bad-rows/,
  },
  'a row with too many fields': {
    args: ['long-row.csv'],
    says: /long-row\.csv, line 4 \(row 3\): wanted 4 fields as in the header, got 5/,
  },
  'a quote that never closes': {
    args: ['open-quote.csv'],
    says: /open-quote\.csv, line 3 \(row 2\): wanted/,
  },
  'a line that is not JSON': {
    args: ['bad-line.jsonl'],
    says: /bad-line\.jsonl, line 3 \(row 3\): wanted a JSON object/,
  },
  'a line that is no object': {
    args: ['not-an-object.jsonl'],
    says: /not-an-object\.jsonl, line 2 \(row 2\): wanted a JSON object, got an array/,
  },
  'a .gz that is not compressed': {
    args: ['rows.csv.gz'],
    says: /rows\.csv\.gz\b/,
    arrange: (bench) => bench.write('rows.csv.gz', rowsCsv(1)),
  },
  'a .gz that breaks off': {
    args: ['rows.csv.gz'],
    says: /rows\.csv\.gz\b/,
    arrange: (bench) => bench.write('rows.csv.gz', gzipSync(rowsCsv(50)).subarray(0, -20)),
  },
  'a compressed file without .gz': {
    args: ['packed.csv'],
    says: /packed\.csv is compressed with gzip/,
    arrange: (bench) => bench.write('packed.csv', gzipSync(rowsCsv(1))),
  },
  'standard input without a format': { args: ['-'], says: /--format/, options: { stdin: rowsCsv(1) } },
  'an empty standard input': {
    args: ['-', '--format', 'csv'],
    says: /standard input is empty/,
    options: { stdin: '' },
  },
};

/** The command or its set-up is wrong. */
const COMMANDS: Record<string, Refusal> = {
  'no key': { args: ['rows.csv'], says: /set PROMPTHA_API_KEY/, options: { env: {} } },
  'an empty key': {
    args: ['rows.csv'],
    says: /set PROMPTHA_API_KEY/,
    options: { env: { PROMPTHA_API_KEY: '' } },
  },
  'a key with a line end': {
    args: ['rows.csv'],
    says: /^batchai: error: PROMPTHA_API_KEY holds a character that no key has[^k]*$/,
    options: { env: { PROMPTHA_API_KEY: 'key-one\n' } },
  },
  'a base that is no URL': {
    args: ['rows.csv', '--base-url', 'api.promptha'],
    says: /--base-url: wanted a URL/,
  },
  'a base of another scheme': {
    args: ['rows.csv', '--base-url', 'ftp://x/v1'],
    says: /--base-url: wanted an http/,
  },
  'a base with a password': {
    args: ['rows.csv', '--base-url', 'https://me:hush@x/v1'],
    says: /^(?!.*hush).*--base-url must hold no user, password or query/,
  },
  'an unknown fabric on this machine': {
    args: ['rows.csv', '-f', 'local:poetry'],
    says: /no on-device fabric "local:poetry"; there are local:/,
  },
  'an unknown option': { args: ['rows.csv', '--zzz'], says: /unknown option '--zzz'/ },
  'a concurrency of nothing': {
    args: ['rows.csv', '-c', '0'],
    says: /--concurrency: wanted a whole number.*got "0"/,
  },
  'a rate in words': { args: ['rows.csv', '-r', 'fast'], says: /--rate-limit: wanted.*got "fast"/ },
  'a timeout in words': { args: ['rows.csv', '--timeout', 'soon'], says: /--timeout: wanted.*got "soon"/ },
  'a share above all': {
    args: ['rows.csv', '--max-errors', '101%'],
    says: /--max-errors: wanted.*got "101%"/,
  },
  'a row that counts from zero': { args: ['rows.csv', '--limit', '0'], says: /--limit: wanted/ },
  'two ways with an existing run': { args: ['rows.csv', '--resume', '--overwrite'], says: /contradict/ },
  '--resume from standard input': {
    args: ['-', '--format', 'csv', '-o', 'out.csv', '--resume'],
    says: /standard input cannot be resumed/,
    options: { stdin: rowsCsv(1) },
  },
  '--resume to standard output': {
    args: ['rows.csv', '-o', '-', '--resume'],
    says: /standard output cannot be resumed/,
  },
  'two kinds of data on standard output': {
    args: ['rows.csv', '-o', '-', '--json'],
    says: /--json and the rows/,
  },
  'an output that is the input': {
    args: ['rows.csv', '-o', './rows.csv'],
    says: /the output and the input are the same/,
  },
  'an output that is the input by a link': {
    args: ['rows.csv', '-o', 'link.csv', '--overwrite'],
    says: /the output and the input are the same/,
    arrange: (bench) => symlink('rows.csv', bench.path('link.csv')),
  },
  'dead letters that are the input': {
    args: ['rows.csv', '--dead-letters', 'rows.csv'],
    says: /the dead letters and the input are the same/,
  },
  'an output that exists': {
    args: ['rows.csv', '-o', 'out.csv'],
    says: /out\.csv exists already.*--overwrite/,
    arrange: (bench) => bench.write('out.csv', 'mine\n'),
  },
  'an output that exists, with --resume': {
    args: ['rows.csv', '-o', 'out.csv', '--resume'],
    says: /out\.csv exists already: it has no checkpoint/,
    arrange: (bench) => bench.write('out.csv', 'mine\n'),
  },
  'dead letters that exist': {
    args: ['rows.csv', '--dead-letters', 'dead.jsonl'],
    says: /dead\.jsonl exists already/,
    arrange: (bench) => bench.write('dead.jsonl', 'mine\n'),
  },
  'an output in no folder': {
    args: ['rows.csv', '-o', 'no/such/out.csv'],
    says: /there is no folder .*\/no\/such/,
  },
  'dead letters in no folder': {
    args: ['rows.csv', '--dead-letters', 'no/dead.jsonl'],
    says: /there is no folder .*\/no\n/,
  },
  'an output that is a folder': {
    args: ['rows.csv', '-o', 'out.csv'],
    says: /out\.csv is a folder/,
    arrange: (bench) => mkdir(bench.path('out.csv')),
  },
  'a checkpoint that is a file': {
    args: ['rows.csv', '--checkpoint', 'notes'],
    says: /notes is to be the checkpoint's folder, but is a file/,
    arrange: (bench) => bench.write('notes', 'mine\n'),
  },
  "a checkpoint's folder with other files": {
    args: ['rows.csv', '--checkpoint', 'work'],
    says: /work is to be the checkpoint's folder, but holds other files/,
    arrange: async (bench) => {
      await mkdir(bench.path('work'));
      await bench.write('work/thesis.txt', 'mine\n');
    },
  },
  "the input's own folder as the checkpoint's, with --overwrite": {
    args: ['rows.csv', '--checkpoint', '.', '--overwrite'],
    says: /the input would lie among the files of the checkpoint, in \./,
  },
  "a checkpoint's folder with other files, with --overwrite": {
    args: ['rows.csv', '--checkpoint', 'work', '--overwrite'],
    says: /work is to be the checkpoint's folder, but holds other files/,
    arrange: async (bench) => {
      await mkdir(bench.path('work'));
      await bench.write('work/thesis.txt', 'mine\n');
    },
  },
};

describe.each([
  ['an input', INPUTS],
  ['a command', COMMANDS],
])('batchai run refuses %s, before anything is called or written:', (_what, refusals) => {
  it.each(Object.entries(refusals))('%s', async (_name, { args, says, options, arrange }) => {
    const bench = await workbench();
    await cp(BROKEN, bench.folder, { recursive: true });
    await bench.write('rows.csv', rowsCsv(3));
    await arrange?.(bench);
    const before = await snapshot(bench);

    const result = await bench.run(args, options);

    expect(result.stderr).toMatch(says);
    expect(result.stderr).toMatch(/^[^\n]+\n(See: batchai [a-z ]+ --help\n)?$/);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(bench.server.requests).toHaveLength(0);
    expect(await snapshot(bench)).toEqual(before);
  });

  it('no fabric', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(3));
    const { runBatchai } = await import('../support/run-batchai.js');

    const result = await runBatchai(['run', 'rows.csv', '--base-url', bench.server.url], {
      cwd: bench.folder,
      env: { PROMPTHA_API_KEY: API_KEY },
    });

    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/--fabric.* not specified/);
    expect(result.stderr).toMatch(/^[^\n]+\n(See: batchai [a-z ]+ --help\n)?$/);
    expect(await bench.list()).toEqual(['rows.csv']);
  });
});

/** Every name in the folder, with the content of the files. */
async function snapshot(bench: Workbench): Promise<Record<string, string>> {
  const names = await bench.list();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, await readFile(bench.path(name), 'latin1').catch(() => '(a folder)')]),
    ),
  );
}
