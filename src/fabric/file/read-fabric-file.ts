import { dirname } from 'node:path';
import type { FabricDefinition } from '../definition.js';
import { checkTemplate } from '../prompt/check-template.js';
import { checkFields } from './check-fields.js';
import { define } from './define.js';
import { FabricFileError, type FabricFileProblem } from './fabric-file-error.js';
import { pathText, valueAt } from './field-value.js';
import { loadPartials, type WantedPartial } from './load-partials.js';
import { readTextFile } from './read-text-file.js';
import { type Path, YamlSource } from './yaml-source.js';

/**
 * Reads a fabric file (YAML) and the files that its templates include, checks all of it, and fills in the defaults.
 *
 * @throws FabricFileError with everything that is wrong, each with its line.
 */
export async function readFabricFile(path: string): Promise<FabricDefinition> {
  const read = await readTextFile(path);
  if ('problem' in read) throw new FabricFileError([{ file: path, text: read.problem }]);
  const source = new YamlSource(read.text);
  const inYaml = source.problems().map((problem) => ({ file: path, ...problem }));
  if (inYaml.some(({ isFatal }) => isFatal)) throw new FabricFileError(inYaml);
  const value = readValue(source, path);

  const { fields, problems } = checkFields(value);
  const templates = checkTemplates(value, source, path);
  const { partials, problems: inPartials } = await loadPartials(dirname(path), templates.wanted);
  const own = [
    ...inYaml,
    ...problems.map(({ path: at, text }) => ({ ...placeOf(at, source, path), text })),
    ...templates.problems,
  ].sort((a, b) => a.line - b.line);
  const all = [...own, ...inPartials];
  if (fields === undefined || all.length > 0) throw new FabricFileError(all);
  return define(path, fields, partials);
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

type PlacedProblem = FabricFileProblem & { readonly line: number };

function placeOf(at: Path, source: YamlSource, file: string) {
  return { file, line: source.lineOf(at), where: pathText(at) };
}

/** What is wrong with the file's own templates, and the files that they include. */
function checkTemplates(
  value: unknown,
  source: YamlSource,
  file: string,
): { problems: PlacedProblem[]; wanted: WantedPartial[] } {
  const problems: PlacedProblem[] = [];
  const wanted: WantedPartial[] = [];
  for (const where of ['system', 'prompt']) {
    const text = valueAt(value, [where]);
    if (typeof text !== 'string') continue;
    const at = (line: number, near: string) => ({
      file,
      line: source.lineInText([where], line, near),
      where,
    });
    const check = checkTemplate(text);
    problems.push(...check.problems.map(({ line, near, text }) => ({ ...at(line, near), text })));
    wanted.push(...check.includes.map(({ file, line, near }) => ({ file, at: at(line, near) })));
  }
  return { problems, wanted };
}
