import type { Readable } from 'node:stream';
import { positionOf } from '../../checkpoint/checkpoint-file.js';
import type { Processes } from '../../checkpoint/lock.js';
import { inputFormatOf, type Layout } from '../../rows/format.js';
import { inputsReader, type SelectedInput } from '../../rows/input-selection.js';
import type { BadRows } from '../../rows/read-rows.js';
import type { JsonObject, Position } from '../../rows/row.js';
import { type FirstFiles, lookForFiles } from '../places/first-files.js';
import { checkPlacesApart, type Place } from '../places/places.js';
import type { MaxErrors } from '../settings/limit-settings.js';
import type { MetaColumn } from '../settings/meta-column-names.js';
import type { QueueFiles } from '../settings/queue-files.js';
import type { RunSettings } from '../settings/settings.js';
import { withoutUndefined } from '../settings/without-undefined.js';
import { checkShardsOut } from '../shards/check-shards-out.js';
import { type BatchApiPlan, checkBatchBudget, decideBatchApi, decideCallers } from './batch-api.js';
import { type Beginning, decideBeginning } from './beginning.js';
import { type AllowancePlan, budgetBefore, decideAllowance, decideBudget } from './budget.js';
import { type CachePlan, decideCache } from './cache.js';
import { attachedColumns, type CallPlan } from './call-plan.js';
import { type AnswerColumn, answerProperties, decideColumns, decideMetaColumns } from './columns.js';
import { checkBroughtNames, decideFilled, type FilledColumns, placeNames } from './filled-columns.js';
import { checkColumns, type InputPlan, openInput } from './input.js';
import { columnsInTheWay, decideNames, withoutNames } from './names.js';
import { decideOutput, type OutputPlan } from './output.js';
import type { PromptUses } from './prompt.js';
import { checkQueuedBatches, decideQueueFiles, type QueuePlan } from './queue.js';
import { decideRowCalls } from './row-calls.js';
import { decideSelection, type RowSelection, selectionIdentity } from './row-selection.js';
import { placesOfRun } from './run-places.js';
import { settingsToSave } from './settings-to-save.js';
import { decideStepColumns } from './step-answer-columns.js';
import { tiersIdentity } from './tiers.js';
import { savedQuoting } from './written-as.js';

/** Everything that a run needs, decided and checked before the first call. Code that takes a Plan never applies defaults. */
export interface Plan extends CallPlan {
  readonly input: InputPlan;
  readonly output: OutputPlan;
  /** The input's columns, in order; of JSONL all that its rows have, or of a stream those that its first rows have. */
  readonly columns: readonly string[];
  /** The column behind those for all other fields of a row, as JSON; undefined where there can be none. */
  readonly otherColumn: string | undefined;
  readonly inputs: readonly SelectedInput[] | undefined;
  /** The files that the first rows name; undefined where none are sent. */
  readonly files: FirstFiles | undefined;
  /** What the templates of the fabric, and of all tiers or steps, use; undefined where one has none, and is sent all inputs. */
  readonly prompt: PromptUses | undefined;
  /** Undefined: the answer itself goes nowhere, only its parts. */
  readonly outputColumn: string | undefined;
  /** The columns behind it, over which answers are spread. */
  readonly answerColumns: readonly AnswerColumn[];
  /** True if a `'` goes before answers that a spreadsheet would run. */
  readonly escapesFormulas: boolean;
  /** The columns behind those, about the calls of each row. */
  readonly metaColumns: readonly MetaColumn[];
  readonly outputLayout: Layout;
  /** Undefined: the rows are run here. */
  readonly queue: QueuePlan | undefined;
  /** How workers come to the files that rows name; undefined where none are sent, or where there is no queue. */
  readonly queueFiles: QueueFiles | undefined;
  /** A queue that was asked for, and has no part in the run. */
  readonly idleQueue: QueuePlan | undefined;
  /** Undefined: each row is a live call. */
  readonly batchApi: BatchApiPlan | undefined;
  readonly batchSize: number;
  readonly maxErrors: MaxErrors | undefined;
  readonly badRows: BadRows;
  readonly limit: number | undefined;
  /** Undefined: all rows are called. */
  readonly selection: RowSelection | undefined;
  /** The columns of the answers that the input has already; undefined where it may have none. */
  readonly filled: FilledColumns | undefined;
  /** Columns that are not sent where all are. */
  readonly unsent: ReadonlySet<string>;
  /** True if rows that ask the same share an answer. */
  readonly sharesAnswers: boolean;
  /** Where answers are kept over runs; undefined: nowhere. */
  readonly cache: CachePlan | undefined;
  /** The files that the run writes, and those that it reads. */
  readonly places: readonly Place[];
  /** What may be spent, and until when. */
  readonly allowance: AllowancePlan;
  readonly beginning: Beginning;
  /** Where reading starts. */
  readonly from: Position;
  /** What must stay the same for the run to be resumed. */
  readonly identity: JsonObject;
  /** The settings as a checkpoint keeps them: a resume and a retry go on with them. */
  readonly savedSettings: JsonObject;
  /** Names of options that are not kept, because they hold a secret. */
  readonly withheld: readonly string[];
}

/** What planning needs of its environment. */
export interface Surroundings {
  readonly standardInput: Readable;
  readonly processes: Processes;
  /** ms since 1970. */
  readonly wallNow: () => number;
}

/**
 * Checks everything that can be refused before the first call, and decides everything else.
 * It writes nothing.
 *
 * @throws SetUpError, InputError, CheckpointError, LockHeldError
 */
export async function makePlan(settings: RunSettings, surroundings: Surroundings): Promise<Plan> {
  const { fabric, queue, idleQueue } = await decideCallers(settings);
  const callsElsewhere = queue !== undefined;
  const batchApi = decideBatchApi(settings, fabric);
  const looked = await openInput(settings, surroundings.standardInput);
  const output = await decideOutput(settings, looked);
  const { input: named, otherColumn } = await decideNames(settings, looked, output);
  const inTheWay = settings.skipsFilled ? [] : columnsInTheWay(settings, looked, named);
  const there = { name: named.source.name, columns: inTheWay };
  checkColumns(settings, named, there.columns);
  const answerColumns =
    fabric.kind === 'steps'
      ? decideStepColumns(settings, fabric, there, output.layout.format !== 'jsonl')
      : decideColumns(settings, answerProperties(fabric), there);
  const metaColumns = decideMetaColumns(settings, fabric, answerColumns, there);
  const answerPlaces = { outputColumn: settings.outputColumn, answerColumns, metaColumns };
  const input = settings.skipsFilled ? named : withoutNames(named, new Set(placeNames(answerPlaces)));
  const { look } = input;
  const filled = decideFilled(settings, answerPlaces, look.columns);
  const asked = { ...settings, callsElsewhere };
  const { calls, prompt } = await decideRowCalls(asked, fabric, input, surroundings.wallNow);
  const queueFiles = decideQueueFiles(queue, calls, settings.queueFiles);
  const columnsOfFiles = attachedColumns(calls);
  const inputsOf = inputsReader(look.columns, settings.inputs);
  const files =
    columnsOfFiles.length === 0
      ? undefined
      : await lookForFiles(columnsOfFiles, look.rows.map(inputsOf), input.source.path);
  const cache = decideCache(settings, calls);
  const places = placesOfRun(
    { ...output, output: output.path, input: input.source.path, cache: cache?.folder },
    calls,
  );
  await checkPlacesApart(places);
  const identity = identityOf(settings, {
    ...{ fabric, input, output, otherColumn, answerColumns, metaColumns, calls },
  });
  const beginning = await decideBeginning(settings, { input, output, identity, ...surroundings });
  const before = beginning.kind === 'new' ? undefined : beginning.saved;
  // The sample of a run that goes on stays that of its first start.
  const selection = await decideSelection(settings, input, before, filled);
  checkBroughtNames(beginning, look.columns, placeNames(answerPlaces));
  const budget = decideBudget(settings, before && budgetBefore(before));
  checkBatchBudget(batchApi, budget);
  const allowance = decideAllowance(budget, settings.deadline, calls);
  checkQueuedBatches(queue, beginning, settings.batchSize);
  await checkShardsOut(output.checkpoint, { settings, beginning, batchApi });
  return {
    input,
    output,
    ...calls,
    columns: look.columns,
    otherColumn,
    inputs: settings.inputs,
    files,
    prompt,
    outputColumn: settings.outputColumn,
    answerColumns,
    escapesFormulas: settings.escapeFormulas,
    metaColumns,
    outputLayout: output.layout,
    queue,
    queueFiles,
    idleQueue,
    batchApi,
    batchSize: settings.batchSize,
    maxErrors: settings.maxErrors,
    badRows: settings.badRows,
    limit: settings.limit,
    selection,
    filled,
    unsent: filled !== undefined && prompt === undefined && settings.inputs === undefined ? filled.all : NONE,
    sharesAnswers: settings.sharesAnswers,
    cache,
    places,
    allowance,
    beginning,
    from: beginning.kind === 'new' ? look.start : positionOf(beginning.checkpoint),
    identity,
    ...settingsToSave({
      ...{ settings, budget, calls, queue, output, beginning, selection },
      usedColumns: usedColumns(settings, prompt, look.columns),
    }),
  };
}

const NONE: ReadonlySet<string> = new Set();

interface IdentifiedBy
  extends Pick<Plan, 'fabric' | 'input' | 'output' | 'otherColumn' | 'answerColumns' | 'metaColumns'> {
  readonly calls: CallPlan;
}

/** What must stay the same for the run to be resumed. */
function identityOf(
  settings: RunSettings,
  { fabric, input, output, otherColumn, answerColumns, metaColumns, calls }: IdentifiedBy,
): JsonObject {
  const { look } = input;
  return {
    fabric: fabric.id,
    definition: fabric.definitionHash,
    input: {
      format: inputFormatOf(look.layout),
      delimiter: look.layout.delimiter,
      ...savedQuoting(look.layout.quoting),
      ...withoutUndefined({ encoding: input.source.encoding, skipLines: settings.skipLines }),
    },
    columns: look.layout.format === 'jsonl' && output.layout.format === 'jsonl' ? null : [...look.columns],
    otherColumn: otherColumn ?? null,
    inputs:
      settings.inputs === undefined ? null : settings.inputs.map(({ input, column }) => ({ input, column })),
    outputColumn: settings.outputColumn ?? null,
    skipsFilled: settings.skipsFilled || null,
    answerColumns: answerColumns.length === 0 ? null : answerColumns.map((column) => ({ ...column })),
    output: {
      format: output.layout.format,
      delimiter: output.layout.delimiter,
      gzip: output.gzip,
      ...savedQuoting(output.layout.quoting),
    },
    escapeFormulas: settings.escapeFormulas || null,
    metaColumns: metaColumns.length === 0 ? null : [...metaColumns],
    selection: selectionIdentity(settings),
    tiers: settings.tiers && calls.tiers ? tiersIdentity(settings.tiers, calls.tiers) : null,
    steps: calls.steps?.map(({ name }) => name) ?? null,
  };
}

/** Columns that must be among those of the rows, also of the rows that a resumed run has done. */
function usedColumns(
  { inputs }: RunSettings,
  prompt: PromptUses | undefined,
  columns: readonly string[],
): readonly string[] {
  const used = inputs?.map(({ column }) => column) ?? [...(prompt?.columns ?? []), ...(prompt?.files ?? [])];
  return used.filter((name) => columns.includes(name));
}
