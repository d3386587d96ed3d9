import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { plain } from '../../docs/generate/markdown.js';
import { FABRIC_FIELDS } from '../../src/fabric/file/fabric-fields.js';
import { readFabric } from '../../src/fabric/file/read-fabric-file.js';
import { LOCAL_FABRICS } from '../../src/fabric/local/catalogue.js';
import {
  anchorsOf,
  blocksOf,
  DOCUMENTS,
  documentOf,
  matchesOf,
  sectionOf,
  tablesOf,
} from '../support/documents.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const MOST_LINES_OF_README = 200;
const PAGES = [...DOCUMENTS].map(([path, text]) => ({ path, text }));
const ALL = PAGES.map(({ text }) => text).join('\n');

describe('the documentation', () => {
  it('begins with a README that is short', () => {
    expect(documentOf('README').trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_LINES_OF_README);
  });

  it('is reached from the README, each page', () => {
    const linked = linksIn('README.md').map(({ file }) => file);

    expect(linked).toEqual(expect.arrayContaining(PAGES.map(({ path }) => path).filter(isNoReadme)));
  });

  it.each(PAGES)('links only to pages, sections and files that there are: $path', ({ path }) => {
    const broken = linksIn(path).filter(({ file, anchor }) => {
      const page = DOCUMENTS.get(file);
      if (!existsSync(join(REPOSITORY, file))) return true;
      return anchor !== undefined && !anchorsOf(page ?? '').includes(anchor);
    });

    expect(broken).toEqual([]);
  });

  it('names only files, folders and scripts that there are', async () => {
    const paths = matchesOf(/`((?:src|test|bin|fixtures|docs|findings|\.ci)\/[\w./-]*)`/g, ALL);
    const scripts = matchesOf(/`npm run ([\w:-]+)/g, ALL);
    const manifest = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));

    expect(paths.length).toBeGreaterThan(30);
    expect(paths.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts));
  });

  it.each(PAGES)('has figures where they are promised: $path', ({ path, text }) => {
    // Templates have such braces of their own: in fabric files, and where these are explained.
    const withoutYaml = text.replace(/^```yaml\n.*?^```$/gms, '');
    const isOfTemplates = path === 'docs/fabric-files.md';

    expect(matchesOf(/({{[^}]*}})/g, withoutYaml).filter((found) => found !== '{{ name }}')).toEqual(
      isOfTemplates ? expect.anything() : [],
    );
  });

  it.each(PAGES)('pads no table: $path', ({ text }) => {
    const lines = text.replace(/^```.*?^```$/gms, '').split('\n');

    expect(lines.filter((line) => /^\|.*(?: {2,}\||-{4,})/.test(line) && !line.includes('|  |'))).toEqual([]);
  });

  it('names the packed file as npm pack does', async () => {
    const { name, version } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));

    const [install] = blocksOf(sectionOf('README', 'Install'));
    expect(install?.lines).toEqual(['npm ci', 'npm pack', `npm install -g ./${name}-${version}.tgz`]);
  });
});

describe('what the documentation says of fabrics', () => {
  it('is a line for each field of a fabric file', () => {
    const [[header, ...rows] = []] = tablesOf(sectionOf('fabric-files', 'Fields'));

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
    const shown = blocksOf(ALL)
      .filter(({ language }) => language === 'yaml')
      .map(({ lines }) => `${lines.join('\n')}\n`)
      .filter((text) => text.startsWith('provider:'));

    expect(shown.length).toBeGreaterThan(5);
    for (const [index, text] of shown.entries()) {
      const path = join(folder, `shown-${index}.yaml`);
      await writeFile(path, text);
      await expect(readFabric(path)).resolves.toMatchObject({ name: `shown-${index}` });
    }
  });

  it('is the list of the on-device fabrics', () => {
    const rows = LOCAL_FABRICS.map(({ name, description, takes, gives }) => [
      `\`local:${name}\``,
      plain(description),
      plain(takes),
      plain(gives),
    ]);

    expect(tablesOf(documentOf('on-device'))).toEqual([
      [['fabric', 'what it does', 'takes', 'gives'], ...rows],
    ]);
  });
});

/** The links of a page to files of the repository: from its top, with the section that is named. */
function linksIn(path: string): { file: string; anchor: string | undefined }[] {
  const text = (DOCUMENTS.get(path) ?? '').replace(/^```.*?^```$/gms, '');
  return matchesOf(/\]\(([^)]+)\)/g, text)
    .filter((target) => !/^https?:/.test(target))
    .map((target) => {
      const [file = '', anchor] = target.split('#');
      return { file: file === '' ? path : normalize(join(dirname(path), file)), anchor };
    });
}

function isNoReadme(path: string): boolean {
  return path !== 'README.md';
}
