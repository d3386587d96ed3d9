import { realpath } from 'node:fs/promises';
import { extname, isAbsolute, join, relative, sep } from 'node:path';
import { checkTemplate } from '../prompt/check-template.js';
import type { Include } from '../prompt/prompt-engine.js';
import type { FabricFileProblem } from './fabric-file-error.js';
import { readTextFile } from './read-text-file.js';

/** A file that is to be included, and the place that asks for it. */
export interface WantedPartial {
  readonly file: string;
  readonly at: Omit<FabricFileProblem, 'text'>;
}

export interface LoadedPartials {
  /** By their names relative to the folder: the texts of all files that are included, however deep. */
  readonly partials: Readonly<Record<string, string>>;
  readonly problems: readonly FabricFileProblem[];
}

const MAX_PARTIALS = 100;

/** Reads and checks the files that templates include. Nothing outside the folder is read, also not through a link. */
export async function loadPartials(
  folder: string,
  wanted: readonly WantedPartial[],
): Promise<LoadedPartials> {
  const partials: Record<string, string> = {};
  const problems: FabricFileProblem[] = [];
  const includes = new Map<string, readonly Include[]>();
  const queue = [...wanted];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { file, at } = next;
    if (includes.has(file)) continue;
    includes.set(file, []);
    if (includes.size > MAX_PARTIALS) {
      problems.push({ ...at, text: `wanted at most ${MAX_PARTIALS} included files` });
      break;
    }
    const read = await readInside(folder, file);
    if ('problem' in read) {
      problems.push({ ...at, text: `the included file "${file}": ${read.problem}` });
      continue;
    }
    const text = read.text.replaceAll('\r\n', '\n');
    const check = checkTemplate(text);
    const path = join(folder, file);
    problems.push(...check.problems.map(({ line, text }) => ({ file: path, line, text })));
    partials[file] = text;
    includes.set(file, check.includes);
    queue.push(...check.includes.map(({ file, line }) => ({ file, at: { file: path, line } })));
  }
  return { partials, problems: [...problems, ...circles(folder, includes)] };
}

async function readInside(folder: string, file: string): Promise<Awaited<ReturnType<typeof readTextFile>>> {
  const path = join(folder, file);
  let real: string;
  let root: string;
  try {
    [real, root] = await Promise.all([realpath(path), realpath(folder)]);
  } catch {
    // It says why it can't be read.
    return readTextFile(path);
  }
  const way = relative(root, real);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    return { problem: "it leads out of the fabric file's folder" };
  }
  if (extname(real) !== '.liquid') return { problem: 'it leads to what is no .liquid file' };
  return readTextFile(real);
}

/** A file that includes itself, at once or through others, would never end. */
function circles(folder: string, includes: ReadonlyMap<string, readonly Include[]>): FabricFileProblem[] {
  const problems: FabricFileProblem[] = [];
  const finished = new Set<string>();
  const visit = (file: string, way: readonly string[]) => {
    if (finished.has(file)) return;
    for (const include of includes.get(file) ?? []) {
      const start = [...way, file].indexOf(include.file);
      if (start === -1) visit(include.file, [...way, file]);
      else {
        const circle = [...[...way, file].slice(start), include.file].join(' → ');
        problems.push({
          file: join(folder, file),
          line: include.line,
          text: `it includes itself: ${circle}`,
        });
      }
    }
    finished.add(file);
  };
  for (const file of includes.keys()) visit(file, []);
  return problems;
}
