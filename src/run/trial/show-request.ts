import type { Readable } from 'node:stream';
import type { Attachment } from '../../fabric/attachments/attachment.js';
import { withLoadedFiles } from '../../fabric/attachments/with-files.js';
import { CallError } from '../../fabric/call-error.js';
import type { FabricDefinition } from '../../fabric/definition.js';
import { readFabricFile } from '../../fabric/file/read-fabric-file.js';
import { describeRequest } from '../../fabric/model/describe-request.js';
import { compilePrompt } from '../../fabric/prompt/compile-prompt.js';
import { describePrompthaRequest } from '../../fabric/promptha/promptha-request.js';
import { DEEPEST_KEPT } from '../../json/nesting.js';
import { parseJson } from '../../json/parse-json.js';
import { inputsReader } from '../../rows/input-selection.js';
import { readRows } from '../../rows/read-rows.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { counted } from '../../wording/wording.js';
import { FileLayers } from '../calls/file-layers.js';
import { filesFolderOf } from '../places/first-files.js';
import { type AddressSettings, addressed, prompthaAddressed } from '../plan/fabric.js';
import { decideInput, type InputPlan, type InputSettings } from '../plan/input.js';
import { checkPrompt, checkUsedColumns } from '../plan/prompt.js';
import { SetUpError } from '../settings/set-up-error.js';

/** What a row would send, for people to look at. */
export type ShownRequest =
  | {
      readonly kind: 'http';
      readonly method: string;
      readonly url: string;
      /** By name, the key masked. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: JsonValue;
    }
  /** A model on this machine is sent no request: its prompt. */
  | { readonly kind: 'prompt'; readonly system?: string; readonly prompt: string };

export interface ShowSettings
  extends Omit<InputSettings, 'badRows' | 'limit' | 'outputColumn'>,
    AddressSettings {
  /** The path of a fabric file. */
  readonly fabric: string;
  /** From 1. */
  readonly row: number;
}

/**
 * The exact request that a row would send, made by what sends it. No key is needed, and nothing is called.
 *
 * @throws FabricFileError, InputError, UnreadableRowError; SetUpError, also where the row cannot be put into the
 * prompt.
 */
export async function showRequest(settings: ShowSettings, standardInput: Readable): Promise<ShownRequest> {
  const { row, inputs } = settings;
  const definition = await readFabricFile(settings.fabric);
  const input = await decideInput({ ...settings, badRows: 'dead-letter', limit: row }, standardInput);
  const prompt = await checkPrompt(definition, { path: settings.fabric, inputs, input });
  checkUsedColumns(input.source.name, input.look, inputs, prompt);
  const inputsSent = await inputsOfRow(input, settings);
  try {
    return await requestOf(definition, inputsSent, settings, filesFolderOf(input.source.path));
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    throw new SetUpError(`${input.source.name}, row ${row}: ${error.message}`);
  }
}

async function inputsOfRow(
  { source, look }: InputPlan,
  { row: wanted, inputs }: ShowSettings,
): Promise<JsonObject> {
  const inputsOf = inputsReader(look.columns, inputs);
  const reading = { columns: look.columns, from: look.start, blockRows: 1_000, lastRow: wanted } as const;
  let rows = 0;
  for await (const block of readRows(source, look.layout, { ...reading, badRows: 'stop' })) {
    for (const row of block.rows) if (row.number === wanted) return inputsOf(row);
    rows = block.end.row;
  }
  throw new SetUpError(`--row ${wanted}: ${source.name} has only ${counted(rows, 'row')}`);
}

async function requestOf(
  definition: FabricDefinition,
  inputs: JsonObject,
  settings: ShowSettings,
  filesFolder: string,
): Promise<ShownRequest> {
  if (definition.provider === 'promptha') {
    const described = describePrompthaRequest(prompthaAddressed(definition, settings), inputs);
    return { kind: 'http', ...described, body: parseJson(described.body, DEEPEST_KEPT) };
  }
  const prompt = compilePrompt(definition);
  if (definition.provider === 'llama') return { kind: 'prompt', ...prompt.render(inputs) };
  const key = definition.keyEnv && 'there is one';
  const here = addressed(definition, settings);
  const options = await new FileLayers(filesFolder).optionsFor(here);
  const describe = (files: readonly Attachment[]) => describeRequest(here, key, prompt.render, inputs, files);
  const described =
    options === undefined ? describe([]) : await withLoadedFiles(options)({ inputs }, describe);
  return { kind: 'http', ...described, body: parseJson(described.body, DEEPEST_KEPT) };
}
