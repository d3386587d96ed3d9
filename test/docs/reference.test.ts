import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandsOf } from '../../docs/generate/command-tree.js';
import { referencePages } from '../../docs/generate/reference-pages.js';
import { buildProgram } from '../../src/cli/program.js';
import { blocksOf, DOCUMENTS, documentOf, sectionOf, tablesOf } from '../support/documents.js';
import { runBatchai } from '../support/run-batchai.js';
import { REPOSITORY } from '../support/start-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** In the summary of a run over a batch API alone. */
const OF_BATCH_RUNS = 'batchApi';

const REFERENCE = join(REPOSITORY, 'docs/reference');

const COMMANDS = commandsOf(buildProgram());

describe('docs/reference', () => {
  it.each([...referencePages()])('%s is what `npm run docs` writes', async (name, text) => {
    expect(await readFile(join(REFERENCE, name), 'utf8')).toBe(text);
  });

  it('has no other page', async () => {
    const schema = 'fabric-file.schema.json';

    expect((await readdir(REFERENCE)).sort()).toEqual([...referencePages().keys(), schema].sort());
  });

  it('has the manual page that is installed with the program', async () => {
    const { man } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));

    // npm takes the page from an array only (findings/npm-man-pages.sh).
    expect(man).toEqual([expect.stringMatching(/^docs\/reference\/.*\.1$/)]);
    expect([...referencePages().keys()].map((name) => `docs/reference/${name}`)).toEqual(
      expect.arrayContaining(man),
    );
  });

  it.each(COMMANDS)('names each option of batchai $name', ({ name, options }) => {
    const section = sectionOf('reference/cli', `batchai ${name}`);

    expect(options.filter(({ flags }) => !section.includes(`\`${flags}\``))).toEqual([]);
  });

  it('describes each option once', () => {
    const described = optionTables('docs/reference/cli.md').flat();
    const wanted = new Set(COMMANDS.flatMap(({ options }) => options.map(keyOf)));

    expect(described).toHaveLength(new Set(described.map((cells) => cells.slice(0, 2).join())).size);
    expect(described).toHaveLength(wanted.size);
  });

  it('is the only page with tables of options', () => {
    const others = [...DOCUMENTS.keys()].filter((path) => path !== 'docs/reference/cli.md');

    expect(others.filter((path) => optionTables(path).length > 0)).toEqual([]);
  });

  it('shows the summary that --json gives', async () => {
    const [example] = blocksOf(documentOf('reference/json')).filter(({ language }) => language === 'json');
    const args = ['run', 'fixtures/reviews.csv', '--fabric', 'local:sentiment', '--limit', '1', '--json'];
    const { code, stdout } = await runBatchai([...args, '-o', join(await temporaryFolder(), 'out.csv')]);

    expect(code).toBe(0);
    const shown = JSON.parse(example?.lines.join('') ?? '');
    const given = JSON.parse(stdout);
    expect(Object.keys(shown)).toEqual(Object.keys(given));
    expect(Object.keys(shown.latency)).toEqual(Object.keys(given.latency));
    const listed = fieldsIn('The summary of a run').slice(0, 3).flat();
    expect(listed.filter((name) => name !== OF_BATCH_RUNS)).toEqual(Object.keys(given));
  });

  it.each([
    ['The status of a run', ['status', 'out.csv', '--json']],
    ['An estimate', ['estimate', 'in.csv', '--fabric', 'local:sentiment', '--json']],
  ])('lists the fields of "%s" that there are', async (heading, args) => {
    const cwd = await temporaryFolder();
    const rows = ['in.csv', '--fabric', 'local:sentiment', '-o', 'out.csv'];
    await writeFile(join(cwd, 'in.csv'), 'text\nfine\n');
    await runBatchai(['run', ...rows], { cwd });

    const { stdout } = await runBatchai(args, { cwd });

    const fields = fieldsIn(heading).flat();
    expect(
      Object.keys(JSON.parse(stdout)).filter((name) => !KNOWN_BESIDE.has(name) && !fields.includes(name)),
    ).toEqual([]);
  });
});

/** Fields that the page's text names, and no table. */
const KNOWN_BESIDE: ReadonlySet<string> = new Set(['input', 'fabric', 'sample', 'forecast']);

/** The rows of each table of options on a page. */
function optionTables(path: string): string[][][] {
  return tablesOf(DOCUMENTS.get(path) ?? '')
    .filter(([header]) => header?.[0] === 'option')
    .map(([, ...rows]) => rows);
}

/** The fields of each table in a section of docs/reference/json.md. */
function fieldsIn(heading: string): string[][] {
  return tablesOf(sectionOf('reference/json', heading)).map(([, ...rows]) =>
    rows.map(([field = '']) => field.replaceAll('`', '')),
  );
}

function keyOf({ flags, meaning }: { readonly flags: string; readonly meaning: string }): string {
  return `${flags} ${meaning}`;
}
