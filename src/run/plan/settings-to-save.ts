import type { JsonObject } from '../../rows/row.js';
import { saveOptions } from '../saved/save-options.js';
import type { RunSettings } from '../settings/settings.js';
import type { Beginning } from './beginning.js';
import type { Budget } from './budget.js';
import { type CallPlan, partsOf } from './call-plan.js';
import type { ChainPlan, FabricPlan } from './fabric.js';
import type { OutputPlan } from './output.js';
import type { QueuePlan } from './queue.js';
import { isCostGuessed, unitOf } from './row-calls.js';
import type { RowSelection } from './row-selection.js';

/** What was asked for, and what it came to. */
export interface DecidedSettings {
  readonly settings: RunSettings;
  readonly budget: Budget;
  readonly calls: CallPlan;
  readonly queue: QueuePlan | undefined;
  readonly output: OutputPlan;
  readonly beginning: Beginning;
  readonly selection: Pick<RowSelection, 'highestDraw'> | undefined;
  /** The columns of the rows that the fabric uses, where not all. */
  readonly usedColumns: readonly string[];
}

/** The settings as a checkpoint keeps them, and what it does not keep of them. */
export interface SettingsToSave {
  readonly savedSettings: JsonObject;
  /** Names of options that are left out because they hold a secret. */
  readonly withheld: readonly string[];
}

/** The settings of this start as a checkpoint keeps them, without secrets. `SavedSettings` is how they are read. */
export function settingsToSave(decided: DecidedSettings): SettingsToSave {
  const { settings, budget, calls, queue, output, beginning, selection, usedColumns } = decided;
  const { batchSize, attempts, timeoutMs } = settings;
  const { rate, concurrency } = calls;
  const before = beginning.kind === 'resume' ? beginning.saved.costUnit : undefined;
  const costUnit = unitOf(calls) ?? before;
  const parts = partsOf(calls);
  const saved = saveOptions(
    // What the environment said holds for a resume without that environment.
    { ...settings.given, ...budget, ...addressHere(settings, calls.fabric), ...queueHere(queue) },
    output.path ?? '.',
  );
  const withheld = [...new Set([...settings.withheld, ...saved.withheld])];
  const savedSettings: JsonObject = {
    options: saved.options,
    ...(withheld.length === 0 ? {} : { withheld }),
    limits: {
      ...{ concurrency, batchSize, attempts, timeoutMs },
      rate: typeof rate === 'string' ? rate : { calls: rate.calls, perMs: rate.perMs },
    },
    ...(costUnit === undefined ? {} : { costUnit }),
    ...(isCostGuessed(calls) && { costIsGuess: true }),
    ...(selection?.highestDraw === undefined ? {} : { highestDraw: selection.highestDraw }),
    ...(usedColumns.length === 0 ? {} : { usedColumns: [...usedColumns] }),
    ...(parts.length > 0 && { parts: parts.map((part) => ({ ...part })) }),
  };
  return { savedSettings, withheld };
}

/** A fabric file is read again by a resume, and may name another place by then. */
function addressHere({ baseUrl }: RunSettings, fabric: FabricPlan | ChainPlan): Pick<RunSettings, 'baseUrl'> {
  if (baseUrl !== undefined) return { baseUrl };
  return fabric.kind === 'promptha' && fabric.source.kind === 'name'
    ? { baseUrl: fabric.definition.baseUrl }
    : {};
}

function queueHere(queue: QueuePlan | undefined): Pick<RunSettings, 'queue'> {
  return queue === undefined ? {} : { queue: queue.url };
}
