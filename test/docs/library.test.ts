import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
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
async function runProgram(lines: readonly string[]) {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'node_modules'));
  await symlink(REPOSITORY, join(folder, 'node_modules', 'batchai'));
  await cp(join(REPOSITORY, 'fixtures'), join(folder, 'fixtures'), { recursive: true });
  await writeFile(join(folder, 'program.mjs'), lines.join('\n'));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder });
  return {
    lines: stdout.trimEnd().split('\n'),
    stderr,
    read: (name: string) => readFile(join(folder, name), 'utf8'),
  };
}

describe('the programs of docs/library.md', () => {
  const [overRows, overFiles] = blocksOf(PAGE).filter(({ language }) => language === 'js');

  it('over rows runs as written', async () => {
    const { lines, stderr } = await runProgram(overRows?.lines ?? []);

    expect(stderr).toBe('');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^1 4101 \w/);
    expect(lines.at(-1)).toBe('5 rows');
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
    expect(Object.keys(library).sort()).toEqual(['enrich', ...firstCells('error')].sort());
  });
});
