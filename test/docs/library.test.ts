import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as library from '../../src/index.js';
import { blocksOf, documentOf, matchesOf, tablesOf } from '../support/documents.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = documentOf('library');
const tableOf = (heading: string) => tablesOf(PAGE).find(([header]) => header?.[0] === heading) ?? [];
const firstCells = (heading: string) =>
  tableOf(heading)
    .slice(1)
    .flatMap(([names = '']) => matchesOf(/`(\w+)`/g, names));

/** Runs a program in a folder that has the fixtures, and batchai as a package. */
async function runProgram(lines: readonly string[], name = 'program.mjs') {
  const folder = await folderOfProgram(lines, name);
  const loader = name.endsWith('.mts') ? ['--import', TSX] : [];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...loader, name], { cwd: folder });
  return {
    lines: stdout.trimEnd().split('\n'),
    stderr,
    read: (name: string) => readFile(join(folder, name), 'utf8'),
  };
}

async function folderOfProgram(lines: readonly string[], name: string): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'node_modules'));
  await symlink(REPOSITORY, join(folder, 'node_modules', 'batchai'));
  await cp(join(REPOSITORY, 'fixtures'), join(folder, 'fixtures'), { recursive: true });
  await writeFile(join(folder, name), lines.join('\n'));
  return folder;
}

/** tsx, for programs in TypeScript: the oldest Node that runs batchai takes none by itself. */
const TSX = import.meta.resolve('tsx');

describe('the programs of docs/library.md', () => {
  const [overRows, inServer, overFiles, goingOn] = blocksOf(PAGE).filter(({ language }) => language === 'js');
  const [typed] = blocksOf(PAGE).filter(({ language }) => language === 'ts');

  it('over rows runs as written', async () => {
    const { lines, stderr } = await runProgram(overRows?.lines ?? []);

    expect(stderr).toBe('');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^1 4101 \w/);
    expect(lines.at(-1)).toBe('5 rows');
  });

  it('with types runs as written', async () => {
    const { lines } = await runProgram(typed?.lines ?? [], 'program.mts');

    expect(lines).toEqual(['1: positive', '2: negative', '2 of 2']);
  });

  it('in a server runs as written, and answers two at a time', async () => {
    const folder = await folderOfProgram(inServer?.lines ?? [], 'program.mjs');
    const server = spawn(process.execPath, ['program.mjs'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(server, 'close');
    onTestFinished(async () => {
      server.kill();
      await ended;
    });
    const [port] = await once(server.stdout, 'data');
    const ask = async (body: unknown) => {
      const response = await fetch(`http://127.0.0.1:${String(port).trim()}/`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      return { status: response.status, lines: (await response.text()).trim().split('\n') };
    };

    const [one, other, wrong] = await Promise.all([
      ask([{ text: 'I love it' }, { text: 'Awful' }]),
      ask([{ text: 'Great' }]),
      ask('no rows'),
    ]);

    expect(one.lines.map((line) => JSON.parse(line).answer.label)).toEqual(['positive', 'negative']);
    expect(other.lines).toHaveLength(1);
    expect(wrong.status).toBe(400);
  });

  it('that goes on and tries again runs as written', async () => {
    const { lines, read } = await runProgram(goingOn?.lines ?? []);

    expect(lines).toEqual(['stopped', 'finished 60', 'nothing-to-do 0']);
    expect((await read('judged.csv')).trimEnd().split('\n').length).toBeGreaterThan(60);
  });

  it('from file to file runs as written', async () => {
    const { lines, read } = await runProgram(overFiles?.lines ?? []);

    expect(lines.at(-1)).toBe('finished 60');
    expect(lines).toContain('saved 60');
    expect((await read('judged.csv')).split('\n')[0]).toBe('id,product_sku,stars,title,review,ai_output');
  });
});

describe('what docs/library.md says', () => {
  it('has each error class that is exported, and no other', () => {
    const classes = Object.entries(library)
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof Error)
      .map(([name]) => name);

    expect(firstCells('error').sort()).toEqual(classes.sort());
  });

  it('has each event that there is', async () => {
    const source = await readFile(join(REPOSITORY, 'src/run/pipeline/events.ts'), 'utf8');
    const declared = matchesOf(/^ {2}(\w+): \[/gm, source.slice(0, source.indexOf('type EventName')));

    expect(declared.length).toBeGreaterThan(5);
    expect(firstCells('event')).toEqual(declared);
  });

  it('is all that it exports as a value', () => {
    expect(Object.keys(library).sort()).toEqual(
      ['enrich', 'resume', 'retry', 'sharedLimiter', ...firstCells('error')].sort(),
    );
  });
});
