import { dirname, join } from 'node:path';
import type { FabricFileProblem } from './fabric-file-error.js';
import { pathText } from './field-value.js';
import { readTextFile } from './read-text-file.js';
import { type Path, YamlSource } from './yaml-source.js';

/** A line of a template, of `prompt` or `system` of a fabric file or of a file that they include; or of its `attachments`. */
export interface PlaceInText {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** What stands there. */
  readonly name: string;
}

/** What stands in the fabric file itself. */
const OWN_TEXTS: ReadonlySet<string> = new Set(['prompt', 'system', 'attachments']);

/**
 * Where in files those lines are.
 *
 * @param path of the fabric file
 * @param at where in it the fabric is
 */
export async function placesOfTexts(
  path: string,
  places: readonly PlaceInText[],
  at: Path = [],
): Promise<Omit<FabricFileProblem, 'text'>[]> {
  const read = await readTextFile(path);
  const source = 'problem' in read ? undefined : new YamlSource(read.text);
  return places.map(({ text, line, name }) => {
    if (!OWN_TEXTS.has(text)) return { file: join(dirname(path), text), line };
    return source === undefined
      ? { file: path, where: `${text}, line ${line}` }
      : { file: path, line: source.lineInText([...at, text], line, name), where: pathText([...at, text]) };
  });
}
