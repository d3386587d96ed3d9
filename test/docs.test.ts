import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { access, cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../src/cli/exit-code-table.js';
import type { OptionRow } from '../src/cli/option-table.js';
import { RETRY_OPTIONS } from '../src/cli/retry-options.js';
import { RUN_OPTIONS } from '../src/cli/run-options.js';
import { LOCAL_FABRICS } from '../src/fabric/local/catalogue.js';
import { fakeFabricForTest } from './support/fake-fabric-for-test.js';
import { runBatchai } from './support/run-batchai.js';
import { temporaryFolder } from './support/temporary-folder.js';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
const SECTIONS = sectionsOf(README);

/** The key in the README's examples. */
const EXAMPLE_KEY = 'your-key';
const INSTALL = 'npm ci';
const TEST = 'npm test';

const OPTION_TABLES: readonly { command: string; heading: string; options: readonly OptionRow[] }[] = [
  { command: 'run', heading: 'Options', options: RUN_OPTIONS },
  { command: 'retry', heading: 'Failed rows', options: RETRY_OPTIONS },
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

describe('--help lists', () => {
  it.each(OPTION_TABLES)('the options of batchai $command', async ({ command, options }) => {
    const { code, stdout } = await runBatchai([command, '--help']);

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
    expect(matchesOf(/({{[^}]*}})/g, README)).toEqual([]);
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
      'Resume',
      'Failed rows',
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

interface Block {
  readonly language: string;
  readonly lines: readonly string[];
}

/** The text under each `##` heading, by heading. */
function sectionsOf(markdown: string): Map<string, string> {
  const sections = new Map<string, string>();
  let heading = '';
  let isFenced = false;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) isFenced = !isFenced;
    if (!isFenced && line.startsWith('## ')) heading = line.slice(3).trim();
    else sections.set(heading, `${sections.get(heading) ?? ''}${line}\n`);
  }
  return sections;
}

function sectionOf(heading: string): string {
  const text = SECTIONS.get(heading);
  if (text === undefined) throw new Error(`README.md: wanted a section "## ${heading}", found none`);
  return text;
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', content = '']) => ({
    language,
    lines: content.trimEnd().split('\n'),
  }));
}

/** The blocks to be typed into a shell. */
function examplesOf(text: string): Block[] {
  return blocksOf(text).filter(({ language }) => language === 'sh');
}

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

/** The cells of each table, its header first, however its columns are padded. */
function tablesOf(text: string): string[][][] {
  return [...text.matchAll(/(?:^\|.*\|\n)+/gm)].map(([found]) => {
    const [header = '', , ...rows] = found.trimEnd().split('\n');
    return [header, ...rows].map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
  });
}

/** Text so that Markdown shows it as it is. */
function plain(text: string): string {
  return text.replace(/[<|*]/g, '\\$&');
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

function matchesOf(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}

/** What a checkout is after `npm ci`, as far as the examples use it. */
interface Checkout {
  /** Runs a script in it that ends at the first command that fails. */
  run(script: string): Promise<{ code: number; stdout: string; stderr: string }>;
  read(name: string): Promise<string>;
  write(name: string, content: string): Promise<void>;
  /** Reads from the folder that an example had mktemp make. */
  readOut(name: string): Promise<string>;
}

async function installedCheckout(env: Record<string, string> = {}): Promise<Checkout> {
  const home = await temporaryFolder();
  const folder = join(home, 'batchai');
  const temporary = join(home, 'tmp');
  await mkdir(join(folder, 'node_modules', '.bin'), { recursive: true });
  await mkdir(temporary);
  await cp(join(REPOSITORY, 'fixtures'), join(folder, 'fixtures'), { recursive: true });
  await symlink(join(REPOSITORY, 'bin'), join(folder, 'bin'));
  await symlink(join(REPOSITORY, 'bin', 'batchai.js'), join(folder, 'node_modules', '.bin', 'batchai'));
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    TMPDIR: temporary,
    // npx finds batchai beside it, and has nothing to ask a registry for.
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    ...env,
  };
  return {
    run: (script) => runShell(script, folder, environment),
    read: (name) => readFile(join(folder, name), 'utf8'),
    write: (name, content) => writeFile(join(folder, name), content),
    readOut: async (name) => {
      const [made = ''] = await readdir(temporary);
      return readFile(join(temporary, made, name), 'utf8');
    },
  };
}

/** Below vitest's own limit for a test, so that what was printed is shown. */
const SHELL_TIMEOUT_MS = 55_000;

function runShell(script: string, cwd: string, env: NodeJS.ProcessEnv) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve, reject) => {
    execFile('sh', ['-e', '-c', script], { cwd, env, timeout: SHELL_TIMEOUT_MS }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else
        reject(new Error(`wanted an exit code of the script, got ${error?.message}\n${stdout}\n${stderr}`));
    });
  });
}
