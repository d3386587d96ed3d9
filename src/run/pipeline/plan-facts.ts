import type { RateLimit } from '../../limits/pace/rate-limit.js';
import type { Format } from '../../rows/format.js';
import type { SelectedInput } from '../../rows/input-selection.js';
import { type FabricCalls, startOf } from '../plan/call-plan.js';
import type { AnswerColumn } from '../plan/columns.js';
import type { Plan } from '../plan/plan.js';
import type { Concurrency, MaxErrors } from '../settings/limit-settings.js';
import type { MetaColumn } from '../settings/meta-column-names.js';
import type { SelectionSettings } from '../settings/settings.js';

/**
 * The plan as listeners receive it. It contains no key, no password and no row, so it may be logged.
 *
 * @example
 * enrich({ input, output, fabric }).on('plan', ({ fabric, input }) => console.log(fabric.id, input.columns));
 */
export interface PlanFacts {
  /** `promptha`, `local`, `llama`, the provider of a fabric file, or `steps`, where it has several. */
  readonly fabric: { readonly id: string; readonly provider: string };
  readonly input: { readonly name: string; readonly format: Format; readonly columns: readonly string[] };
  readonly output: {
    /** Undefined: standard output. */
    readonly path: string | undefined;
    readonly format: Format;
    readonly deadLetters: string;
    readonly checkpoint: string | undefined;
  };
  /** The columns that are sent; undefined: all. */
  readonly inputs: readonly SelectedInput[] | undefined;
  /** Undefined: the answer itself goes nowhere, only its parts. */
  readonly outputColumn: string | undefined;
  /** The columns over which answers are spread. */
  readonly answerColumns: readonly AnswerColumn[];
  /** Whether answers that a spreadsheet would run get a `'` before them. */
  readonly escapesFormulas: boolean;
  readonly metaColumns: readonly MetaColumn[];
  /** Whether there is something of the run already. */
  readonly beginning: 'new' | 'resume' | 'finished';
  readonly concurrency: Concurrency;
  readonly rate: RateLimit;
  /** Undefined: any number. */
  readonly tokensPerMinute: number | undefined;
  readonly attempts: number;
  /** Of one call, in ms. */
  readonly timeoutMs: number;
  readonly batchSize: number;
  readonly maxErrors: MaxErrors | undefined;
  /** Of rows; undefined: all. */
  readonly limit: number | undefined;
  /** Which rows are called; undefined: all. */
  readonly selection: SelectionSettings | undefined;
  /** The fabrics of the tiers above the first one. */
  readonly tiers: readonly string[];
  /** The names of the steps; empty where a row has one question. */
  readonly steps: readonly string[];
  /** On the way to the fabric's service, without user and password; undefined: none. */
  readonly proxy: string | undefined;
  /** The queue's URL, without user and password; undefined where the calls are made here. */
  readonly queue: string | undefined;
}

export function planFacts(plan: Plan): PlanFacts {
  const { fabric, input, output, queue, tiers, beginning } = plan;
  return {
    fabric: {
      id: fabric.id,
      provider: providerOf(fabric),
    },
    input: { name: input.source.name, format: input.look.layout.format, columns: [...plan.columns] },
    output: {
      path: output.path,
      format: output.layout.format,
      deadLetters: output.deadLetters,
      checkpoint: output.checkpoint,
    },
    inputs: plan.inputs?.map((selected) => ({ ...selected })),
    outputColumn: plan.outputColumn,
    answerColumns: plan.answerColumns.map((column) => ({ ...column })),
    escapesFormulas: plan.escapesFormulas,
    metaColumns: [...plan.metaColumns],
    beginning: beginning.kind,
    concurrency: plan.concurrency,
    rate: plan.rate,
    tokensPerMinute: plan.tokensPerMinute,
    attempts: plan.attempts,
    timeoutMs: plan.timeoutMs,
    batchSize: plan.batchSize,
    maxErrors: plan.maxErrors,
    limit: plan.limit,
    selection: plan.selection?.settings,
    tiers: tiers?.upper.map((tier) => tier.fabric.id) ?? [],
    steps: plan.steps?.map(({ name }) => name) ?? [],
    proxy: proxyOf(startOf(plan)),
    queue: queue?.shownUrl,
  };
}

function proxyOf({ fabric }: FabricCalls): string | undefined {
  return fabric.kind === 'promptha' || fabric.kind === 'model' ? fabric.proxy?.shown : undefined;
}

function providerOf(fabric: Plan['fabric']): string {
  return fabric.kind === 'local' || fabric.kind === 'steps' ? fabric.kind : fabric.definition.provider;
}
