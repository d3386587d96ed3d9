import type { Readable } from 'node:stream';
import type { Attachment } from '../../fabric/attachments/attachment.js';
import { withLoadedFiles } from '../../fabric/attachments/with-files.js';
import { CallError } from '../../fabric/call-error.js';
import type { FabricDefinition } from '../../fabric/definition.js';
import { readFabric } from '../../fabric/file/read-fabric-file.js';
import { describeRequest } from '../../fabric/model/describe-request.js';
import { compilePrompt } from '../../fabric/prompt/compile-prompt.js';
import { describePrompthaRequest } from '../../fabric/promptha/promptha-request.js';
import { stepInputsOf } from '../../fabric/steps/step-inputs.js';
import { DEEPEST_KEPT } from '../../json/nesting.js';
import { parseJson } from '../../json/parse-json.js';
import { inputsReader } from '../../rows/input-selection.js';
import { readRows } from '../../rows/read-rows.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { counted } from '../../wording/wording.js';
import { FileLayers } from '../calls/file-layers.js';
import { filesFolderOf } from '../places/first-files.js';
import type { StepPlan } from '../plan/call-plan.js';
import {
  type AddressSettings,
  addressed,
  answerSchemaOf,
  decideFabricOrSteps,
  prompthaAddressed,
} from '../plan/fabric.js';
import { decideInput, type InputPlan, type InputSettings } from '../plan/input.js';
import { checkPrompt, checkUsedColumns } from '../plan/prompt.js';
import { checkSteps, decideSteps } from '../plan/steps.js';
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
  | { readonly kind: 'prompt'; readonly system?: string; readonly prompt: string }
  /** Nor is what has no prompt: its inputs. */
  | { readonly kind: 'inputs'; readonly inputs: JsonObject };

/** What a row would send in one step of its fabric. */
export interface ShownStep {
  readonly step: string;
  /** When it is asked, as the file says it; undefined: always. */
  readonly when: string | undefined;
  /** `no`: its condition does not hold for the row; `unknown`: that hangs on answers. */
  readonly isAsked: 'yes' | 'no' | 'unknown';
  readonly request: ShownRequest;
}

export interface ShowSettings
  extends Omit<InputSettings, 'badRows' | 'limit' | 'outputColumn'>,
    AddressSettings {
  /** The path of a fabric file. */
  readonly fabric: string;
  /** From 1. */
  readonly row: number;
}

/** What stands for an answer that is not there yet: `‹class.topic›`. */
function placeholderOf({ name, calls: { fabric } }: StepPlan): JsonValue {
  const properties = fabric.kind === 'local' ? 'none' : (answerSchemaOf(fabric)?.properties ?? 'none');
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return `‹${name}›`;
  return Object.fromEntries(Object.keys(properties).map((property) => [property, `‹${name}.${property}›`]));
}

/**
 * What a row would send: the exact request, made by what sends it, or of a fabric with steps one a step, in which
 * `‹step›` stands for answers. No key is needed, and nothing is called.
 *
 * @throws FabricFileError, InputError, UnreadableRowError; SetUpError, also where the row cannot be put into a prompt.
 */
export async function showRequests(
  settings: ShowSettings,
  standardInput: Readable,
): Promise<ShownRequest | readonly ShownStep[]> {
  const { environment, fabric: text, inputs, row } = settings;
  const definition = await readFabric(text);
  // Without steps, the file alone will do: a model on this machine need not be there.
  if (!('steps' in definition)) return showRequest(definition, settings, standardInput);
  const asked = {
    environment,
    callsElsewhere: true,
    ...(settings.baseUrl === undefined ? {} : { baseUrl: settings.baseUrl }),
  };
  const fabric = await decideFabricOrSteps({ ...asked, fabric: text });
  if (fabric.kind !== 'steps') throw new SetUpError(`${text} is not a fabric file`);
  const steps = await decideSteps(fabric, { ...asked, attempts: 1, timeoutMs: 0, wallNow: () => 0 });
  const input = await decideInput({ ...settings, badRows: 'dead-letter', limit: row }, standardInput);
  const uses = await checkSteps(fabric, steps, input, inputs);
  checkUsedColumns(input.source.name, input.look, inputs, uses);
  const sent = await inputsOfRow(input, settings);
  const answers: Record<string, JsonValue> = {};
  const shown: ShownStep[] = [];
  for (const step of steps) {
    const { name, when, calls } = step;
    const isOpen = when !== undefined && when.condition.steps.length > 0;
    const own = stepInputsOf(step.sent)(sent, answers);
    const request: ShownRequest =
      calls.fabric.kind === 'local'
        ? { kind: 'inputs', inputs: own }
        : await requestOf(calls.fabric.definition, own, settings, filesFolderOf(input.source.path));
    shown.push({
      ...{ step: name, when: when?.text, request },
      isAsked: isOpen ? 'unknown' : when === undefined || when.condition.holdsFor(sent) ? 'yes' : 'no',
    });
    answers[name] = placeholderOf(step);
  }
  return shown;
}

/**
 * The exact request that a row would send, made by what sends it. No key is needed, and nothing is called.
 *
 * @throws FabricFileError, InputError, UnreadableRowError; SetUpError, also where the row cannot be put into the
 * prompt.
 */
async function showRequest(
  definition: FabricDefinition,
  settings: ShowSettings,
  standardInput: Readable,
): Promise<ShownRequest> {
  const { row, inputs } = settings;
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
    options === undefined
      ? describe([])
      : await withLoadedFiles(options)({ row: settings.row, inputs }, describe);
  return { kind: 'http', ...described, body: parseJson(described.body, DEEPEST_KEPT) };
}
