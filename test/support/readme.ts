import { readFileSync } from 'node:fs';

export const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** A fenced block of Markdown. */
export interface Block {
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

export const SECTIONS: ReadonlyMap<string, string> = sectionsOf(README);

export function sectionOf(heading: string): string {
  const text = SECTIONS.get(heading);
  if (text === undefined) throw new Error(`README.md: wanted a section "## ${heading}", found none`);
  return text;
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

/** Text so that Markdown shows it as it is. */
export function plain(text: string): string {
  return text.replace(/[<|*]/g, '\\$&');
}

export function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

export function matchesOf(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}
