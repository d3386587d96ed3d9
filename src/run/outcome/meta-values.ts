import type { FinishedResult } from '../../fabric/row-result.js';
import { statedSpending } from '../../fabric/spending.js';
import type { JsonValue } from '../../rows/row.js';
import { answerersOf, type CallPlan, type FabricCalls } from '../plan/call-plan.js';
import type { MetaColumn } from '../settings/meta-column-names.js';

/** How the calls of the row were made. */
interface MetaCalls extends CallPlan {
  /** The rows go through a batch API, as far as they are not called live. */
  readonly batchApi?: object | undefined;
}

/** What is known of a row's calls, for `--meta-columns`; what is not leaves its place empty. */
export function metaValues(
  result: FinishedResult,
  columns: readonly MetaColumn[],
  calls: MetaCalls,
): readonly (JsonValue | undefined)[] {
  return columns.map((column) => metaValue(result, column, calls));
}

function metaValue(result: FinishedResult, column: MetaColumn, calls: MetaCalls): JsonValue | undefined {
  const spent = statedSpending(result.spent);
  switch (column) {
    case 'ai_model':
      return result.status === 'answered'
        ? (result.model ?? modelsOf(answerersOf(calls, result)))
        : undefined;
    case 'ai_tokens_in':
      return spent?.input;
    case 'ai_tokens_out':
      return spent?.output;
    case 'ai_cost':
      return costOf(result);
    case 'ai_latency_ms':
      return result.status === 'answered' && result.reused === undefined && result.via === undefined
        ? Math.round(result.latencyMs)
        : undefined;
    case 'ai_tier':
      if (calls.batchApi !== undefined && result.reused === undefined) return result.via ?? 'live';
      return calls.tiers && result.status === 'answered'
        ? answerersOf(calls, result)[0]?.fabric.id
        : undefined;
    case 'ai_error':
      return result.status === 'failed' ? `${result.failure.kind}: ${result.failure.message}` : undefined;
  }
}

/** Of a row with steps all that answered, each once. */
function modelsOf(answerers: readonly FabricCalls[]): string | undefined {
  return answerers.length === 0 ? undefined : [...new Set(answerers.map(modelOf))].join(', ');
}

function modelOf({ fabric }: FabricCalls): string {
  return fabric.kind === 'model' || fabric.kind === 'llama' ? fabric.definition.model : fabric.id;
}

/** A shared answer costs nothing; a sum of parts without a price would be too small. */
function costOf({ spent: all, reused }: FinishedResult): number | undefined {
  const spent = statedSpending(all);
  if (reused !== undefined) return 0;
  return spent === undefined || spent.unpriced > 0 ? undefined : Number(spent.cost.toPrecision(12));
}
