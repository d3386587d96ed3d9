import { dirname, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { positionOf } from '../checkpoint/checkpoint-file.js';
import type { Processes } from '../checkpoint/lock.js';
import type { Rate } from '../limits/pacer.js';
import type { Layout } from '../rows/format.js';
import type { SelectedInput } from '../rows/input-selection.js';
import type { JsonObject, Position } from '../rows/row.js';
import { type Beginning, decideBeginning } from './plan-beginning.js';
import { decideFabric, type FabricPlan } from './plan-fabric.js';
import { decideInput, type InputPlan } from './plan-input.js';
import { decideOutput, type OutputPlan } from './plan-output.js';
import type { MaxErrors, RunSettings } from './settings.js';

/** 100 calls a minute: what Promptha's own samples keep to. */
const DEFAULT_RATE: Rate = { calls: 100, perMs: 60_000 };

/** Everything that a run needs, decided and checked before the first call. Below it nobody picks a default. */
export interface Plan {
  readonly input: InputPlan;
  readonly output: OutputPlan;
  readonly fabric: FabricPlan;
  /** The input's columns, in order; of a JSONL file those that its first rows have. */
  readonly columns: readonly string[];
  readonly inputs: readonly SelectedInput[] | undefined;
  readonly outputColumn: string;
  readonly outputLayout: Layout;
  readonly concurrency: number;
  readonly batchSize: number;
  readonly rate: Rate | 'none';
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
  const fabric = decideFabric(settings);
  const input = await decideInput(settings, surroundings.standardInput);
  const output = await decideOutput(settings, input);
  const { look } = input;
  const rate = settings.rate ?? (fabric.kind === 'local' ? 'none' : DEFAULT_RATE);
  const identity: JsonObject = {
    fabric: fabric.id,
    input: { format: look.layout.format, delimiter: look.layout.delimiter },
    columns: look.layout.format === 'jsonl' && output.layout.format === 'jsonl' ? null : [...look.columns],
    inputs:
      settings.inputs === undefined ? null : settings.inputs.map(({ input, column }) => ({ input, column })),
    outputColumn: settings.outputColumn,
    output: { format: output.layout.format, delimiter: output.layout.delimiter, gzip: output.gzip },
  };
  const { beginning, columns } = await decideBeginning(settings, {
    input,
    output,
    identity,
    ...surroundings,
  });
  return {
    input,
    output,
    fabric,
    columns: columns ?? look.columns,
    inputs: settings.inputs,
    outputColumn: settings.outputColumn,
    outputLayout: output.layout,
    concurrency: settings.concurrency,
    batchSize: settings.batchSize,
    rate,
    attempts: settings.attempts,
    timeoutMs: settings.timeoutMs,
    maxErrors: settings.maxErrors,
    badRows: settings.badRows,
    limit: settings.limit,
    beginning,
    from: beginning.kind === 'new' ? look.start : positionOf(beginning.checkpoint),
    identity,
    savedSettings: savedSettings({ ...settings, rate }, fabric, output),
  };
}

function savedSettings(
  settings: RunSettings & { rate: Rate | 'none' },
  fabric: FabricPlan,
  output: OutputPlan,
): JsonObject {
  const { concurrency, batchSize, rate, attempts, timeoutMs } = settings;
  return {
    fabric: fabric.id,
    ...(fabric.kind === 'promptha' ? { baseUrl: fabric.baseUrl } : {}),
    rate: rate === 'none' ? rate : { calls: rate.calls, perMs: rate.perMs },
    concurrency,
    batchSize,
    attempts,
    timeoutMs,
    // As seen from the output, so that the folder may be moved.
    deadLetters: relative(dirname(output.path ?? '.'), output.deadLetters),
  };
}
