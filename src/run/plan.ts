import { dirname, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { positionOf } from '../checkpoint/checkpoint-file.js';
import type { Processes } from '../checkpoint/lock.js';
import type { Layout } from '../rows/format.js';
import type { SelectedInput } from '../rows/input-selection.js';
import type { JsonObject, Position } from '../rows/row.js';
import { type Beginning, decideBeginning } from './plan-beginning.js';
import { type AnswerColumn, answerProperties, decideColumns } from './plan-columns.js';
import { decideFabric, type FabricPlan } from './plan-fabric.js';
import { decideInput, type InputPlan } from './plan-input.js';
import { decideLimits, type LimitsPlan } from './plan-limits.js';
import { decideOutput, type OutputPlan } from './plan-output.js';
import { checkPrompt } from './plan-prompt.js';
import { checkQueuedBatches, checkQueuedRate, decideQueue, type QueuePlan } from './plan-queue.js';
import type { MaxErrors, RunSettings } from './settings.js';

/** Everything that a run needs, decided and checked before the first call. Below it nobody picks a default. */
export interface Plan extends LimitsPlan {
  readonly input: InputPlan;
  readonly output: OutputPlan;
  readonly fabric: FabricPlan;
  /** The input's columns, in order; of a JSONL file those that its first rows have. */
  readonly columns: readonly string[];
  readonly inputs: readonly SelectedInput[] | undefined;
  /** Those that the fabric's templates use; undefined where it has none, and is sent all inputs. */
  readonly promptColumns: readonly string[] | undefined;
  readonly outputColumn: string;
  /** The columns behind it, over which answers are spread. */
  readonly answerColumns: readonly AnswerColumn[];
  readonly outputLayout: Layout;
  /** Undefined: the rows are run here. */
  readonly queue: QueuePlan | undefined;
  readonly batchSize: number;
  readonly attempts: number;
  readonly timeoutMs: number;
  readonly maxErrors: MaxErrors | undefined;
  readonly badRows: 'stop' | 'dead-letter';
  readonly limit: number | undefined;
  readonly beginning: Beginning;
  /** Where reading starts. */
  readonly from: Position;
  /** What must stay the same for the run to be resumed. */
  readonly identity: JsonObject;
  /** What a retry needs to know of the run. */
  readonly savedSettings: JsonObject;
}

/** What the plan needs of the world. */
export interface Surroundings {
  readonly standardInput: Readable;
  readonly processes: Processes;
}

/**
 * Checks everything that can be refused before the first call, and decides everything else.
 * It writes nothing.
 *
 * @throws SetUpError, InputError, CheckpointError, LockHeldError
 */
export async function makePlan(settings: RunSettings, surroundings: Surroundings): Promise<Plan> {
  const queue = decideQueue(settings);
  const fabric = await decideFabric({ ...settings, callsElsewhere: queue !== undefined });
  const input = await decideInput(settings, surroundings.standardInput);
  const answerColumns = decideColumns(settings, answerProperties(fabric), {
    name: input.source.name,
    columns: input.look.columns,
  });
  const output = await decideOutput(settings, input);
  const { look } = input;
  const promptColumns =
    fabric.kind === 'local'
      ? undefined
      : await checkPrompt(fabric.definition, { path: fabric.source.text, inputs: settings.inputs, input });
  const limits = decideLimits(settings, fabric);
  checkQueuedRate(queue, limits.rate);
  const identity: JsonObject = {
    fabric: fabric.id,
    definition: fabric.definitionHash,
    input: { format: look.layout.format, delimiter: look.layout.delimiter },
    columns: look.layout.format === 'jsonl' && output.layout.format === 'jsonl' ? null : [...look.columns],
    inputs:
      settings.inputs === undefined ? null : settings.inputs.map(({ input, column }) => ({ input, column })),
    outputColumn: settings.outputColumn,
    answerColumns: answerColumns.length === 0 ? null : answerColumns.map((column) => ({ ...column })),
    output: { format: output.layout.format, delimiter: output.layout.delimiter, gzip: output.gzip },
  };
  const { beginning, columns } = await decideBeginning(settings, {
    input,
    output,
    identity,
    ...surroundings,
  });
  checkQueuedBatches(queue, beginning, settings.batchSize);
  return {
    input,
    output,
    fabric,
    columns: columns ?? look.columns,
    inputs: settings.inputs,
    promptColumns,
    outputColumn: settings.outputColumn,
    answerColumns,
    outputLayout: output.layout,
    ...limits,
    queue,
    batchSize: settings.batchSize,
    attempts: settings.attempts,
    timeoutMs: settings.timeoutMs,
    maxErrors: settings.maxErrors,
    badRows: settings.badRows,
    limit: settings.limit,
    beginning,
    from: beginning.kind === 'new' ? look.start : positionOf(beginning.checkpoint),
    identity,
    savedSettings: savedSettings(settings, limits, fabric, output),
  };
}

/** Paths are as seen from the output, so that the folder may be moved. */
function savedSettings(
  settings: RunSettings,
  { rate, concurrency }: LimitsPlan,
  fabric: FabricPlan,
  output: OutputPlan,
): JsonObject {
  const { batchSize, attempts, timeoutMs } = settings;
  const fromOutput = (path: string) => relative(dirname(output.path ?? '.'), path);
  const { kind, text } = fabric.source;
  return {
    fabric: { kind, text: kind === 'path' ? fromOutput(text) : text },
    ...savedBaseUrl(settings, fabric),
    rate: typeof rate === 'string' ? rate : { calls: rate.calls, perMs: rate.perMs },
    concurrency,
    batchSize,
    attempts,
    timeoutMs,
    deadLetters: fromOutput(output.deadLetters),
  };
}

/** A fabric file is read again for a retry, and may name another place by then. */
function savedBaseUrl({ baseUrl }: RunSettings, fabric: FabricPlan): JsonObject {
  if (baseUrl !== undefined) return { baseUrl };
  return fabric.kind === 'promptha' && fabric.source.kind === 'name'
    ? { baseUrl: fabric.definition.baseUrl }
    : {};
}
