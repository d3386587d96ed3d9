import type { Readable } from 'node:stream';
import type { FabricDefinition } from '../../fabric/definition.js';
import { readFabricFile } from '../../fabric/file/read-fabric-file.js';
import { llamaParameters } from '../../fabric/llama/llama-parameters.js';
import { knownRefusals } from '../../fabric/model/known-refusals.js';
import { compilePrompt } from '../../fabric/prompt/compile-prompt.js';
import { decideInput, type InputSettings } from '../plan/input.js';
import { checkPrompt } from '../plan/prompt.js';

export interface CheckSettings extends Partial<Omit<InputSettings, 'badRows' | 'limit' | 'outputColumn'>> {
  /** The path of a fabric file. */
  readonly fabric: string;
}

/** A fabric file that is right. */
export interface CheckedFabric {
  readonly definition: FabricDefinition;
  /** The columns that its templates use. */
  readonly columns: readonly string[];
  /** What will probably fail all the same, each in a line. */
  readonly warnings: readonly string[];
}

/**
 * Checks a fabric file and, where an input is given, that its rows have the columns that are used.
 *
 * @throws FabricFileError, LlamaSetUpError, InputError, SetUpError
 */
export async function checkFabric(settings: CheckSettings, standardInput: Readable): Promise<CheckedFabric> {
  const { fabric: path, input: name, inputs } = settings;
  const definition = await readFabricFile(path);
  if (definition.provider === 'llama') llamaParameters(definition.parameters);
  if (name !== undefined) {
    const input = await decideInput({ ...settings, input: name, badRows: 'dead-letter' }, standardInput);
    await checkPrompt(definition, { path, inputs, input });
  }
  const uses = definition.provider === 'promptha' ? [] : compilePrompt(definition).columns;
  const isModel = definition.provider === 'openai' || definition.provider === 'anthropic';
  const warnings = isModel ? knownRefusals(definition) : [];
  return { definition, columns: [...new Set(uses.map((use) => use.name))], warnings };
}
