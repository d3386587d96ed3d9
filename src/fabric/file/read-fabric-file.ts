import type { ChainDefinition, FabricDefinition } from '../definition.js';
import { checkFields } from './check-fields.js';
import { define } from './define.js';
import { FabricFileError } from './fabric-file-error.js';
import { checkTemplates, type OpenedFile, openFabricFile, problemOf } from './opened-file.js';
import { isChain, readChain } from './read-chain.js';

/**
 * Reads a fabric file (YAML) and the files that it names, checks all of it, and fills in the defaults.
 *
 * @throws FabricFileError with everything that is wrong, each with its line.
 */
export async function readFabric(path: string): Promise<FabricDefinition | ChainDefinition> {
  const opened = await openFabricFile(path);
  return isChain(opened.value) ? readChain(opened, readFabricFile) : readOne(opened);
}

/**
 * The same, where one fabric is wanted and no steps.
 *
 * @throws FabricFileError
 */
export async function readFabricFile(path: string): Promise<FabricDefinition> {
  const opened = await openFabricFile(path);
  if (!isChain(opened.value)) return readOne(opened);
  throw new FabricFileError([
    problemOf(['steps'], 'a fabric with steps has no place here: wanted one fabric', opened),
  ]);
}

async function readOne(opened: OpenedFile): Promise<FabricDefinition> {
  const { fields, problems } = checkFields(opened.value);
  const templates = await checkTemplates(opened, []);
  const own = [
    ...opened.problems,
    ...problems.map(({ path, text }) => problemOf(path, text, opened)),
    ...templates.problems,
  ].sort((a, b) => a.line - b.line);
  const all = [...own, ...templates.inPartials];
  if (fields === undefined || all.length > 0) throw new FabricFileError(all);
  return define(opened.path, fields, templates.partials);
}
