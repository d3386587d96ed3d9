import { dirname } from 'node:path';
import { checkTemplate } from '../prompt/check-template.js';
import { FabricFileError, type FabricFileProblem } from './fabric-file-error.js';
import { pathText, valueAt } from './field-value.js';
import { type LoadedPartials, loadPartials, type WantedPartial } from './load-partials.js';
import { meantFile } from './meant-file.js';
import { readTextFile } from './read-text-file.js';
import { type Path, YamlSource } from './yaml-source.js';

/** A problem whose line is known. */
export type PlacedProblem = FabricFileProblem & { readonly line: number };

/** A fabric file that is YAML, and what of it is wrong so far. */
export interface OpenedFile {
  readonly path: string;
  readonly source: YamlSource;
  readonly value: unknown;
  readonly problems: readonly PlacedProblem[];
}

/** @throws FabricFileError where nothing can be said of its fields. */
export async function openFabricFile(path: string): Promise<OpenedFile> {
  const read = await readTextFile(path);
  if ('problem' in read) {
    const meant = await meantFile(path, (name) => /\.ya?ml$/i.test(name));
    throw new FabricFileError([{ file: path, text: read.problem + meant }]);
  }
  const source = new YamlSource(read.text);
  const problems = source.problems().map((problem) => ({ file: path, ...problem }));
  if (problems.some(({ isFatal }) => isFatal)) throw new FabricFileError(problems);
  return { path, source, problems, value: readValue(source, path) };
}

function readValue(source: YamlSource, file: string): unknown {
  try {
    return source.value();
  } catch (error) {
    throw new FabricFileError([
      { file, text: `not YAML: ${error instanceof Error ? error.message : String(error)}` },
    ]);
  }
}

/** A problem of the field at a path. */
export function problemOf(at: Path, text: string, { source, path }: OpenedFile): PlacedProblem {
  return { file: path, line: source.lineOf(at), where: pathText(at), text };
}

export interface CheckedTemplates {
  readonly problems: readonly PlacedProblem[];
  /** What is wrong in the files that they include. */
  readonly inPartials: readonly FabricFileProblem[];
  readonly partials: LoadedPartials['partials'];
}

/** What is wrong with the templates of the fabric at a path of the file, and the files that they include. */
export async function checkTemplates(opened: OpenedFile, at: Path): Promise<CheckedTemplates> {
  const { path: file, source, value } = opened;
  const problems: PlacedProblem[] = [];
  const wanted: WantedPartial[] = [];
  for (const field of ['system', 'prompt']) {
    const place = [...at, field];
    const text = valueAt(value, place);
    if (typeof text !== 'string') continue;
    const placeOf = (line: number, near: string) => ({
      file,
      line: source.lineInText(place, line, near),
      where: pathText(place),
    });
    const check = checkTemplate(text);
    problems.push(...check.problems.map(({ line, near, text }) => ({ ...placeOf(line, near), text })));
    wanted.push(...check.includes.map(({ file, line, near }) => ({ file, at: placeOf(line, near) })));
  }
  const { partials, problems: inPartials } = await loadPartials(dirname(file), wanted);
  return { problems, inPartials, partials };
}
