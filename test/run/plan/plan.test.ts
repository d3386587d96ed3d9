import { appendFile, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/rows/input-error.js';
import { SetUpError } from '../../../src/run/settings/set-up-error.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { planIn } from '../planning.js';

const KEY = 'pk-secret-0123456789';
const ROWS = 'id,name\n1,mug\n2,bowl\n';

async function folderWith(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

describe('the plan', () => {
  it('writes nothing', async () => {
    const folder = await folderWith({ 'rows.csv': ROWS });
    const before = await stat(folder);

    await planIn(folder);

    expect((await stat(folder)).mtimeMs).toBe(before.mtimeMs);
  });

  it('holds no key in what is saved of it', async () => {
    const folder = await folderWith({ 'rows.csv': ROWS });

    const plan = await planIn(folder, {
      fabric: 'product-description',
      environment: { PROMPTHA_API_KEY: KEY },
    });

    expect(plan.fabric).toMatchObject({ kind: 'promptha', apiKey: KEY });
    expect(JSON.stringify([plan.identity, plan.savedSettings])).not.toContain(KEY);
    expect(plan.savedSettings).toEqual({
      options: { fabric: 'product-description', input: 'rows.csv', baseUrl: 'https://api.promptha.com/v1' },
      limits: {
        rate: { calls: 100, perMs: 60_000 },
        concurrency: 10,
        batchSize: 50,
        attempts: 3,
        timeoutMs: 60_000,
      },
    });
  });

  it('is refused where an answer would name a file of a step, wherever the calls are made', async () => {
    const service = 'provider: openai\nmodel: gpt-4o\nkeyEnv: KEY\n';
    const choose = '  - { name: choose, prompt: Which file? }\n';
    const see = '  - { name: see, attachments: photo, prompt: What is it?, inputs: [photo=steps.choose] }\n';
    const folder = await folderWith({ 'rows.csv': ROWS, 'x.yaml': `${service}steps:\n${choose}${see}` });
    const queue = 'redis://queue.test';
    const chosen = { fabric: join(folder, 'x.yaml'), environment: { KEY } };

    for (const ways of [{}, { queue }, { queue, queueFiles: 'shared' }] as const)
      await expect(planIn(folder, { ...chosen, ...ways })).rejects.toThrow(
        /x\.yaml:6: steps\[1\]\.inputs\[0\]: the step "see" is sent the files that "photo" names, and files/,
      );
  });

  it('paces a hosted fabric at 100 a minute and one on this machine not at all, unless told otherwise', async () => {
    const folder = await folderWith({ 'rows.csv': ROWS });
    const hosted = { fabric: 'summary', environment: { PROMPTHA_API_KEY: KEY } };
    const rate = { calls: 20, perMs: 1_000 };

    expect((await planIn(folder, hosted)).rate).toEqual({ calls: 100, perMs: 60_000 });
    expect((await planIn(folder, { ...hosted, rate: 'none' })).rate).toBe('none');
    expect((await planIn(folder)).rate).toBe('none');
    expect((await planIn(folder, { rate })).rate).toEqual(rate);
  });

  it('starts behind the header', async () => {
    const folder = await folderWith({ 'rows.csv': ROWS });

    const plan = await planIn(folder);

    expect(plan.beginning).toEqual({ kind: 'new' });
    expect(plan.from).toMatchObject({ offset: 8, row: 0, line: 2 });
    expect(plan.columns).toEqual(['id', 'name']);
  });
});

describe('the input', () => {
  it.each<[string, Record<string, string | Buffer>, string, RegExp]>([
    ['missing', {}, 'rows.csv', /rows\.csv: there is no such file/],
    ['under a file', { 'rows.csv': ROWS }, 'rows.csv/x.csv', /there is no such file/],
    [
      'of an unknown kind',
      { 'rows.txt': ROWS },
      'rows.txt',
      /its name does not tell its format.*add --format/,
    ],
  ])('is refused where it is %s', async (_what, files, input, says) => {
    const folder = await folderWith(files);

    const planning = planIn(folder, { input });

    await expect(planning).rejects.toThrow(SetUpError);
    await expect(planning).rejects.toThrow(says);
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['empty', '', /is empty/],
    ['empty but for line ends', '\n\r\n', /is empty/],
    ['binary', Buffer.from([0x50, 0x4b, 0x03, 0x04, 0, 0, 0]), /is a binary file/],
  ])('is refused where it is %s', async (_what, content, says) => {
    const folder = await folderWith({ 'rows.csv': content });

    const planning = planIn(folder);

    await expect(planning).rejects.toThrow(InputError);
    await expect(planning).rejects.toThrow(says);
  });

  it('is refused where it is a folder', async () => {
    const folder = await temporaryFolder();

    await expect(
      planIn(join(folder, '..'), { input: folder.split('/').at(-1) ?? '', format: 'csv' }),
    ).rejects.toThrow(/is a folder; give a file/);
  });

  it('is refused where a column is missing that --inputs wants, naming those that there are', async () => {
    const folder = await folderWith({ 'rows.csv': ROWS });

    await expect(planIn(folder, { inputs: [{ input: 'text', column: 'note' }] })).rejects.toThrow(
      /--inputs: .*rows\.csv has no column "note"; it has id, name$/,
    );
  });

  it('is refused where it has the output column already', async () => {
    const folder = await folderWith({ 'rows.csv': ROWS });

    await expect(planIn(folder, { outputColumn: 'name' })).rejects.toThrow(
      /has a column "name" already.*--output-column/,
    );
  });

  it('is refused where one of its first rows cannot be read, with its line', async () => {
    const folder = await folderWith({ 'rows.csv': `${ROWS}3,too,many\n` });

    await expect(planIn(folder)).rejects.toThrow(/rows\.csv, line 4 \(row 3\): .*--bad-rows dead-letter/);
    expect((await planIn(folder, { badRows: 'dead-letter' })).badRows).toBe('dead-letter');
    expect((await planIn(folder, { limit: 2 })).limit).toBe(2);
  });

  it.each([
    ['rows.jsonl', undefined],
    ['-', 'jsonl'],
  ] as const)('that is JSONL has no delimiter: %s', async (input, format) => {
    const folder = await folderWith({ 'rows.jsonl': '{"id":1}\n' });
    const settings = { input, delimiter: ';', ...(format === undefined ? {} : { format }) };

    await expect(planIn(folder, settings, '{"id":1}\n')).rejects.toThrow('--delimiter is for CSV');
  });

  it('from standard input needs a format', async () => {
    const folder = await temporaryFolder();

    await expect(planIn(folder, { input: '-' }, ROWS)).rejects.toThrow(/add --format csv, tsv or jsonl/);
    expect((await planIn(folder, { input: '-', format: 'csv' }, ROWS)).columns).toEqual(['id', 'name']);
  });
});

describe('the output', () => {
  it.each<[string, string, object, string]>([
    ['products.csv', ROWS, {}, 'products.enriched.csv'],
    ['PRODUCTS.CSV', ROWS, {}, 'PRODUCTS.enriched.CSV'],
    ['v1.2.csv', ROWS, {}, 'v1.2.enriched.csv'],
    ['cities.tsv', 'id\tname\n1\tBonn\n', {}, 'cities.enriched.tsv'],
    ['data.jsonl', '{"id":1}\n', {}, 'data.enriched.jsonl'],
    ['data.ndjson', '{"id":1}\n', {}, 'data.enriched.ndjson'],
    ['products.csv', ROWS, { outputFormat: 'jsonl' }, 'products.enriched.jsonl'],
    ['data.jsonl', '{"id":1}\n', { outputFormat: 'csv' }, 'data.enriched.csv'],
    ['rows', ROWS, { format: 'csv' }, 'rows.enriched.csv'],
    ['rows.txt', ROWS, { format: 'csv' }, 'rows.enriched.txt'],
  ])('of %s is beside it, unless it is named', async (input, content, settings, name) => {
    const folder = await folderWith({ [input]: content });

    const { output } = await planIn(folder, { input, ...settings });

    expect(output).toMatchObject({
      path: join(folder, name),
      gzip: false,
      checkpoint: join(folder, `${name}.checkpoint`),
      deadLetters: join(folder, `${name}.dead-letters.jsonl`),
    });
  });

  it.each([
    [{}, 'products.enriched.csv.gz', 'csv'],
    [{ outputFormat: 'jsonl' }, 'products.enriched.jsonl.gz', 'jsonl'],
  ] as const)('of a compressed input is compressed', async (settings, name, format) => {
    const folder = await folderWith({ 'products.csv.gz': gzipSync(ROWS) });

    const plan = await planIn(folder, { input: 'products.csv.gz', ...settings });

    expect(plan.output).toMatchObject({ path: join(folder, name), gzip: true, layout: { format } });
  });

  it('has the format that its name tells, or the one that is asked for, or the input has', async () => {
    const folder = await folderWith({ 'rows.csv': ROWS });
    const formatOf = async (settings: object) => (await planIn(folder, settings)).outputLayout.format;

    expect(await formatOf({ output: 'out.jsonl' })).toBe('jsonl');
    expect(await formatOf({ output: 'out.tsv.gz' })).toBe('tsv');
    expect(await formatOf({ output: 'out.jsonl', outputFormat: 'csv' })).toBe('csv');
    expect(await formatOf({ output: 'out' })).toBe('csv');
  });

  it('keeps delimiter and line ends of the input where the format is the same', async () => {
    const folder = await folderWith({ 'rows.csv': 'id;name\r\n1;mug\r\n' });
    const settings = { delimiter: ';' };

    const same = await planIn(folder, settings);
    const other = await planIn(folder, { ...settings, output: 'out.tsv' });

    expect(same.outputLayout).toEqual({ format: 'csv', delimiter: ';', newline: '\r\n' });
    expect(other.outputLayout).toEqual({ format: 'tsv', delimiter: '\t', newline: '\r\n' });
  });

  it('of standard input is standard output, which has no checkpoint', async () => {
    const folder = await temporaryFolder();

    const { output } = await planIn(folder, { input: '-', format: 'csv', deadLetters: 'dead.jsonl' }, ROWS);

    expect(output).toMatchObject({
      path: undefined,
      checkpoint: undefined,
      deadLetters: join(folder, 'dead.jsonl'),
      layout: { format: 'csv' },
    });
  });

  it('to standard output leaves dead letters beside the input', async () => {
    const folder = await folderWith({ 'rows.csv': ROWS });

    const { output } = await planIn(folder, { output: '-' });

    expect(output.path).toBeUndefined();
    expect(output.deadLetters).toBe(join(folder, 'rows.csv.dead-letters.jsonl'));
  });
});

describe('what must be the same for a run to go on', () => {
  it('is its fabric, what it sends and what its output looks like', async () => {
    const folder = await folderWith({ 'rows.csv': ROWS });

    const { identity } = await planIn(folder, {
      output: 'out.csv.gz',
      inputs: [{ input: 'text', column: 'name' }],
    });

    expect(identity).toEqual({
      fabric: 'local:summary',
      definition: null,
      input: { format: 'csv', delimiter: ',' },
      columns: ['id', 'name'],
      inputs: [{ input: 'text', column: 'name' }],
      outputColumn: 'ai_output',
      answerColumns: null,
      output: { format: 'csv', delimiter: ',', gzip: true },
      escapeFormulas: null,
      metaColumns: null,
      selection: null,
      skipsFilled: null,
      otherColumn: null,
      steps: null,
      tiers: null,
    });
  });

  it('is not how fast it goes, nor when the input was touched', async () => {
    const folder = await folderWith({ 'rows.csv': ROWS });
    const { identity } = await planIn(folder);

    await utimes(join(folder, 'rows.csv'), 1, 1);
    const other = await planIn(folder, { concurrency: 1, batchSize: 7, attempts: 9, timeoutMs: 1, limit: 1 });

    expect(other.identity).toEqual(identity);
  });

  it('has no columns where every row of a JSONL file keeps its own', async () => {
    const folder = await folderWith({ 'rows.jsonl': '{"id":1}\n' });
    const input = 'rows.jsonl';

    expect((await planIn(folder, { input })).identity.columns).toBeNull();
    expect((await planIn(folder, { input, output: 'out.csv' })).identity.columns).toEqual(['id']);
    await appendFile(join(folder, input), '{"id":2,"name":"mug"}\n');
    expect((await planIn(folder, { input })).columns).toEqual(['id', 'name']);
    expect(await readFile(join(folder, input), 'utf8')).toContain('mug');
  });
});
