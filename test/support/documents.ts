import { readdirSync, readFileSync } from 'node:fs';

const REPOSITORY = new URL('../../', import.meta.url);

/** README.md and all pages of docs/: their text by their path in the repository. */
export const DOCUMENTS: ReadonlyMap<string, string> = new Map(
  ['README.md', ...pagesIn('docs')].map((path) => [path, readFileSync(new URL(path, REPOSITORY), 'utf8')]),
);

/** A page of docs/, by its name without `.md`, or README. */
export function documentOf(name: string): string {
  const path = name === 'README' ? 'README.md' : `docs/${name}.md`;
  const text = DOCUMENTS.get(path);
  if (text === undefined) throw new Error(`wanted a page ${path}, found none`);
  return text;
}

function pagesIn(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, REPOSITORY), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .sort();
}

/** A fenced block of Markdown. */
export interface Block {
  readonly language: string;
  readonly lines: readonly string[];
}

/** The text under each `##` heading of a page, by heading; what is above the first is under none. */
export function sectionsOf(markdown: string): Map<string, string> {
  const sections = new Map<string, string>();
  let heading = '';
  for (const { line, isFenced } of linesOf(markdown)) {
    if (!isFenced && line.startsWith('## ')) heading = line.slice(3).trim();
    else sections.set(heading, `${sections.get(heading) ?? ''}${line}\n`);
  }
  return sections;
}

/** A section of a page of docs/, or of the README. */
export function sectionOf(name: string, heading: string): string {
  const text = sectionsOf(documentOf(name)).get(heading);
  if (text === undefined) throw new Error(`${name}: wanted a section "## ${heading}", found none`);
  return text;
}

/** What a link may name on a page. */
export function anchorsOf(markdown: string): string[] {
  return [...linesOf(markdown)].flatMap(({ line, isFenced }) => {
    const heading = isFenced ? undefined : /^#+ (.*)$/.exec(line)?.[1];
    return heading === undefined ? [] : [anchorOf(heading)];
  });
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

function* linesOf(markdown: string): Generator<{ line: string; isFenced: boolean }> {
  let isFenced = false;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) isFenced = !isFenced;
    yield { line, isFenced };
  }
}

export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', content = '']) => ({
    language,
    lines: content.trimEnd().split('\n'),
  }));
}

/** The blocks to be typed into a shell. */
export function examplesOf(text: string): Block[] {
  return blocksOf(text).filter(({ language }) => language === 'sh');
}

/** The cells of each table, its header first, however its columns are padded. */
export function tablesOf(text: string): string[][][] {
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

export function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

export function matchesOf(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}
