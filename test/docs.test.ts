import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CACHE_CLEAR_OPTIONS, CACHE_STATS_OPTIONS } from '../src/cli/cache-options.js';
import { ESTIMATE_OPTIONS } from '../src/cli/estimate-options.js';
import { EXIT_CODES } from '../src/cli/exit-code-table.js';
import { CHECK_OPTIONS, SHOW_OPTIONS } from '../src/cli/fabrics-options.js';
import type { OptionRow } from '../src/cli/option-table.js';
import { PREVIEW_OPTIONS } from '../src/cli/preview-options.js';
import { QUEUE_CLEAN_OPTIONS, QUEUE_STATUS_OPTIONS } from '../src/cli/queue-options.js';
import { REPORT_OPTIONS } from '../src/cli/report-options.js';
import { RETRY_OPTIONS } from '../src/cli/retry-options.js';
import { RUN_OPTIONS } from '../src/cli/run-options.js';
import { STATUS_OPTIONS } from '../src/cli/status-options.js';
import { WORKER_OPTIONS } from '../src/cli/worker-options.js';
import { FABRIC_FIELDS } from '../src/fabric/file/fabric-fields.js';
import { readFabricFile } from '../src/fabric/file/read-fabric-file.js';
import { LOCAL_FABRICS } from '../src/fabric/local/catalogue.js';
import { fakeFabricForTest } from './support/fake-fabric-for-test.js';
import { fakeModelForTest } from './support/fake-model-for-test.js';
import { installedCheckout } from './support/installed-checkout.js';
import {
  anchorOf,
  type Block,
  blocksOf,
  examplesOf,
  matchesOf,
  onOneLine,
  plain,
  README,
  SECTIONS,
  sectionOf,
  tablesOf,
} from './support/readme.js';
import { runBatchai } from './support/run-batchai.js';
import { temporaryFolder } from './support/temporary-folder.js';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** The key in the README's examples. */
const EXAMPLE_KEY = 'your-key';
const INSTALL = 'npm ci';
const TEST = 'npm test';

const OPTION_TABLES: readonly { command: string; heading: string; options: readonly OptionRow[] }[] = [
  { command: 'run', heading: 'Options', options: RUN_OPTIONS },
  { command: 'retry', heading: 'Failed rows', options: RETRY_OPTIONS },
  { command: 'status', heading: 'Watching a run', options: STATUS_OPTIONS },
  { command: 'report', heading: 'A report', options: REPORT_OPTIONS },
  { command: 'estimate', heading: 'What it costs', options: ESTIMATE_OPTIONS },
  { command: 'preview', heading: 'What it costs', options: PREVIEW_OPTIONS },
  { command: 'cache stats', heading: 'What it costs', options: CACHE_STATS_OPTIONS },
  { command: 'cache clear', heading: 'What it costs', options: CACHE_CLEAR_OPTIONS },
  { command: 'worker', heading: 'Many machines', options: WORKER_OPTIONS },
  { command: 'queue status', heading: 'Many machines', options: QUEUE_STATUS_OPTIONS },
  { command: 'queue clean', heading: 'Many machines', options: QUEUE_CLEAN_OPTIONS },
  { command: 'fabrics check', heading: 'Fabric files', options: CHECK_OPTIONS },
  { command: 'fabrics show', heading: 'Fabric files', options: SHOW_OPTIONS },
];

describe('the README lists', () => {
  it.each(OPTION_TABLES)(
    'the options of batchai $command, in the words of its --help',
    ({ heading, options }) => {
      const rows = options.map((option) => [
        `\`${option.flags}\``,
        plain(option.meaning),
        plain(option.default ?? ''),
      ]);

      expect(tablesOf(sectionOf(heading))).toContainEqual([['option', 'meaning', 'default'], ...rows]);
    },
  );

  it('the exit codes', () => {
    const rows = Object.entries(EXIT_CODES).map(([code, meaning]) => [code, plain(meaning)]);

    expect(tablesOf(sectionOf('Exit codes'))).toEqual([[['exit code', 'meaning'], ...rows]]);
  });

  it('the on-device fabrics', () => {
    const rows = LOCAL_FABRICS.map(({ name, description, takes, gives }) => [
      `\`local:${name}\``,
      plain(description),
      plain(takes),
      plain(gives),
    ]);

    expect(tablesOf(sectionOf('On-device fabrics'))).toEqual([
      [['fabric', 'what it does', 'takes', 'gives'], ...rows],
    ]);
  });
});

describe('what the README says of fabric files', () => {
  it('is a line for each field that there is', () => {
    const table = tablesOf(sectionOf('Fabric files')).find(([header]) => header?.[0] === 'field') ?? [];
    const [header, ...rows] = table;

    expect(header).toEqual(['field', 'what it says', 'default']);
    expect(rows.map(([field]) => field).sort()).toEqual(
      Object.keys(FABRIC_FIELDS.shape)
        .map((field) => `\`${field}\``)
        .sort(),
    );
    expect(rows.filter((cells) => cells.length !== 3 || cells.includes(''))).toEqual([]);
  });

  it('is true of the fabric files that it shows', async () => {
    const folder = await temporaryFolder();
    const shown = blocksOf(README)
      .filter(({ language }) => language === 'yaml')
      .map(({ lines }) => `${lines.join('\n')}\n`)
      .filter((text) => text.startsWith('provider:'));

    expect(shown.length).toBeGreaterThan(0);
    for (const [index, text] of shown.entries()) {
      const path = join(folder, `shown-${index}.yaml`);
      await writeFile(path, text);
      await expect(readFabricFile(path)).resolves.toMatchObject({ name: `shown-${index}` });
    }
  });
});

describe('--help lists', () => {
  it.each(OPTION_TABLES)('the options of batchai $command', async ({ command, options }) => {
    const { code, stdout } = await runBatchai([...command.split(' '), '--help']);

    const help = onOneLine(stdout);
    expect(code).toBe(0);
    expect(options.filter(({ flags, meaning }) => !help.includes(`${flags} ${meaning}`))).toEqual([]);
  });

  it.each([[['--help']], [['run', '--help']], [['retry', '--help']]])('the exit codes: %j', async (args) => {
    const { code, stdout } = await runBatchai(args);

    const help = onOneLine(stdout);
    expect(code).toBe(0);
    for (const [exitCode, meaning] of Object.entries(EXIT_CODES))
      expect(help).toContain(`${exitCode} ${meaning}`);
  });
});

describe('the README', () => {
  it('has figures where they are promised', () => {
    // Fabric files have such braces of their own.
    const withTemplates = ['Fabric files', 'What it costs'];
    const others = withTemplates.reduce((text, heading) => text.replace(sectionOf(heading), ''), README);

    expect(matchesOf(/({{[^}]*}})/g, others)).toEqual([]);
  });

  it('names only files, folders and scripts that there are', async () => {
    const paths = matchesOf(/`((?:src|test|bin|fixtures|\.ci)\/[\w./-]*)`/g, README);
    const scripts = matchesOf(/`npm run ([\w-]+)/g, README);
    const manifest = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));

    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) await expect(access(join(REPOSITORY, path)), path).resolves.toBeUndefined();
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts));
  });

  it('shows the summary that --json gives', async () => {
    const [example] = blocksOf(sectionOf('Options')).filter(({ language }) => language === 'json');
    const args = ['run', 'fixtures/reviews.csv', '--fabric', 'local:sentiment', '--limit', '1'];
    const { code, stdout } = await runBatchai([
      ...args,
      '--output',
      join(await temporaryFolder(), 'out.csv'),
      '--json',
    ]);

    expect(code).toBe(0);
    const shown = JSON.parse(example?.lines.join('') ?? '');
    const given = JSON.parse(stdout);
    expect(Object.keys(shown)).toEqual(Object.keys(given));
    expect(Object.keys(shown.latency)).toEqual(Object.keys(given.latency));
  });

  it('links only to sections that it has', () => {
    const anchors = [...SECTIONS.keys()].map(anchorOf);

    expect(anchors).toEqual(expect.arrayContaining(matchesOf(/\]\(#([^)]+)\)/g, README)));
  });
});

describe('the quick start', () => {
  it('has two blocks: the main job and the tests', () => {
    const blocks = blocksOf(sectionOf('Quick start'));

    expect(blocks.map(({ language }) => language)).toEqual(['sh', 'sh']);
    expect(blocks[0]?.lines[0]).toBe(INSTALL);
    expect(blocks[1]?.lines).toEqual([INSTALL, TEST]);
  });

  it('runs as written, a second time too, and shows the top of the result', async () => {
    const checkout = await installedCheckout();
    const [block] = blocksOf(sectionOf('Quick start'));

    const runs = [await checkout.run(scriptOf([block])), await checkout.run(scriptOf([block]))];

    for (const { code, stdout } of runs) {
      const [header, first, second] = stdout.split('\n');
      expect(code).toBe(0);
      expect(header).toBe('id,product_sku,stars,title,review,ai_output');
      expect(first).toContain('"{""label"":""positive"",""score"":0.6}"');
      expect(second).toContain('""label""');
    }
    expect(sectionOf('Quick start')).toContain('`{"label":"positive","score":0.6}`');
  });
});

describe('the shell examples run as written', () => {
  it('and none is left out', () => {
    const withExamples = [...SECTIONS].filter(([, text]) => examplesOf(text).length > 0);

    expect(withExamples.map(([heading]) => heading)).toEqual([
      'Quick start',
      'On Promptha, with a key',
      'Fabric files',
      'Resume',
      'Failed rows',
      'What it costs',
      'Watching a run',
      'A report',
      'Many machines',
      'Formats',
    ]);
  });

  it('on Promptha: a plan, ten rows, the rest, and no row is called twice', async () => {
    const service = await fakeFabricForTest({ apiKey: EXAMPLE_KEY });
    const checkout = await installedCheckout({ PROMPTHA_BASE_URL: service.url });

    const { code, stderr } = await checkout.run(scriptOf(examplesOf(sectionOf('On Promptha, with a key'))));

    expect(stderr).toContain('sends       name, category, text=description');
    expect(code).toBe(0);
    const rows = new Set(service.requests.map(({ idempotencyKey }) => idempotencyKey));
    expect(rows.size).toBeGreaterThan(100);
    expect(service.requests).toHaveLength(rows.size);
    expect(Object.keys(service.requests[0]?.inputs ?? {})).toEqual(['name', 'category', 'text']);
  });

  it('resume: killed, gone on with, and grown', async () => {
    const checkout = await installedCheckout();

    const { code, stdout } = await checkout.run(scriptOf(examplesOf(sectionOf('Resume'))));

    expect(code).toBe(0);
    expect(stdout).toBe(
      ['exit code 137', 'reviews.csv.checkpoint', 'reviews.csv', 'reviews.csv.checkpoint', ''].join('\n'),
    );
    // The same rows, killed in between or not, in one go or in two.
    expect(await checkout.readOut('judged.csv')).toBe(await checkout.readOut('reviews.csv'));
  });

  it('failed rows: the answers of a retry come to their places', async () => {
    const service = await fakeFabricForTest({
      apiKey: EXAMPLE_KEY,
      keyColumn: 'sku',
      behave: ({ inputs }, nthCall) =>
        inputs.category === 'Kitchen' && nthCall === 1 ? { kind: 'status', status: 422 } : undefined,
    });
    const checkout = await installedCheckout({
      PROMPTHA_BASE_URL: service.url,
      PROMPTHA_API_KEY: EXAMPLE_KEY,
    });

    const { code, stdout } = await checkout.run(scriptOf(examplesOf(sectionOf('Failed rows'))));

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'exit code 3\n' });
    expect(await checkout.readOut('described.csv')).toContain('described 00101');
    await expect(checkout.readOut('described.csv.dead-letters.jsonl')).rejects.toThrow('ENOENT');
  });

  it('what it costs: counted without a call, shown, estimated, and kept in the cache', async () => {
    const service = await fakeModelForTest({ apiKey: EXAMPLE_KEY });
    const checkout = await installedCheckout();
    const file = 'fixtures/fabrics/product-description.yaml';
    await checkout.write(
      file,
      `${await checkout.read(file)}\nbaseUrl: ${service.url}\nkeyEnv: OPENAI_API_KEY\n`,
    );

    const { code, stdout } = await checkout.run(scriptOf(examplesOf(sectionOf('What it costs'))));

    expect(code).toBe(0);
    expect(stdout).toMatch(/^fixtures\/products\.csv with product-description: .*\n {2}rows +120\n/);
    expect(stdout.match(/^── row \d+ /gm)).toEqual(['── row 1 ', '── row 2 ', '── row 3 ']);
    expect(stdout).toMatch(/sample +20 rows, \d+ calls; /);
    // Where the sample chose one of the three rows, its answer was there.
    expect(stdout).toMatch(new RegExp(`: ${service.requests.length} answers, .*, from `));
  });

  it('fabric files: checked, shown, and run with columns of their own', async () => {
    const service = await fakeModelForTest({ apiKey: EXAMPLE_KEY });
    const checkout = await installedCheckout();
    const file = 'fixtures/fabrics/ticket-class.yaml';
    const address = `baseUrl: ${service.url}\nkeyEnv: OPENAI_API_KEY\n`;
    await checkout.write(file, `${await checkout.read(file)}${address}`);

    const { code, stdout, stderr } = await checkout.run(scriptOf(examplesOf(sectionOf('Fabric files'))));

    expect(code).toBe(0);
    const [checked, line, ...shown] = stdout.split('\n');
    expect(checked).toMatch(/ticket-class\.yaml: all right: .* answers with topic, urgency, language$/);
    expect(line).toBe(`POST ${service.url}/chat/completions`);
    expect(shown).toContain('authorization: Bearer ***');
    expect(stderr).toContain('answers in "ai_output", and in "ai_topic", "ai_urgency", "ai_language"');
    expect(service.requests).toHaveLength(5);
    const rows = shown.filter((text) => text.startsWith('{"id":')).map((text) => JSON.parse(text));
    expect(rows).toMatchObject([
      { id: 4101, ai_topic: 'delivery', ai_urgency: 'urgent' },
      { id: 4102, ai_output: { topic: 'delivery', urgency: 'urgent' } },
    ]);
  });

  it('formats: from standard input to standard output', async () => {
    const checkout = await installedCheckout();

    const { code, stdout } = await checkout.run(scriptOf(examplesOf(sectionOf('Formats'))));

    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row.ai_output).toMatch(/\w/);
  });

  it('cron: silent when all went well, else the exit code and the end of the log', async () => {
    const service = await fakeFabricForTest({
      apiKey: EXAMPLE_KEY,
      keyColumn: 'sku',
      behave: ({ inputs }, nthCall) => {
        if (inputs.sku === '3' && nthCall <= 3) return { kind: 'status', status: 500 };
        return undefined;
      },
    });
    const checkout = await installedCheckout({ PROMPTHA_BASE_URL: service.url });
    await checkout.write('products.csv', 'sku,name\n1,Pan\n2,Pot\n');
    await checkout.write('key.env', `export PROMPTHA_API_KEY=${EXAMPLE_KEY}\n`);
    const [enrich = '', retry = ''] = crontabCommands();

    const first = await checkout.run(enrich);
    await checkout.write('products.csv', 'sku,name\n1,Pan\n2,Pot\n3,Lid\n');
    const second = await checkout.run(enrich);
    const retried = await checkout.run(retry);

    const silent = { stdout: '', stderr: '' };
    expect(first).toMatchObject(silent);
    expect(second.stdout).toMatch(/^batchai run: exit code 3\n.*failed, server: 1 \(row 3\)/s);
    expect(retried).toMatchObject(silent);
    expect(await checkout.read('described.csv')).toContain('3,Lid,described 3');
  });
});

/** Blocks as one script, without the lines that install or test this very checkout. */
function scriptOf(blocks: readonly (Block | undefined)[]): string {
  const lines = blocks.flatMap((block) => block?.lines ?? []);
  return lines.filter((line) => line !== INSTALL && line !== TEST).join('\n');
}

/** What cron hands to the shell: a line without its five fields of time. */
function crontabCommands(): string[] {
  const lines = blocksOf(sectionOf('Cron')).find(({ language }) => language === 'crontab')?.lines ?? [];
  const jobs = lines.filter((line) => /^\d/.test(line));
  // Cron takes a bare % for the end of the command.
  for (const job of jobs) expect(job).not.toContain('%');
  return jobs.map((job) => job.split(' ').slice(5).join(' '));
}
