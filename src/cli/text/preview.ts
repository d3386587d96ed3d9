import type { FinishedResult } from '../../fabric/row-result.js';
import { statedSpending } from '../../fabric/spending.js';
import { ExactNumber } from '../../json/exact-number.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { answerersOf } from '../../run/plan/call-plan.js';
import type { TrialPlan } from '../../run/trial/plan-trial.js';
import type { PreviewedRow, PreviewFigures } from '../../run/trial/preview.js';
import { counted, formatCost, formatCount, formatDuration } from '../../wording/wording.js';
import { sideBySide } from './side-by-side.js';

/** The inputs of a row beside its answer or failure. */
export function previewText({ inputs, result }: PreviewedRow, plan: TrialPlan, columns: number): string {
  const head = `── row ${result.row.number} ${noteOn(result, plan)}`;
  const line = `${head}${'─'.repeat(Math.max(0, columns - head.length))}`;
  return `${line}\n${sideBySide([namedText(inputs), outcomeText(result)], columns)}\n`;
}

function noteOn(result: FinishedResult, { calls }: TrialPlan): string {
  const { reused, tiers } = result;
  if (reused === 'run') return '(asks what a row above asks) ';
  if (reused === 'cache') return '(the answer was in the cache) ';
  if (reused === 'blank') return '(nothing in any cell: no call) ';
  if (reused === 'left-out') return '(not chosen: no call) ';
  if (reused === 'filled') return '(has a value already: no call) ';
  if (tiers?.kept === undefined) return '';
  return `(the answer of ${answerersOf(calls, result)[0]?.fabric.id}) `;
}

function outcomeText(result: FinishedResult): string {
  if (result.status === 'answered') {
    const { answer } = result;
    const isObject = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
    return isObject && !(answer instanceof ExactNumber) ? namedText(answer) : valueText(answer);
  }
  const { kind, message } = result.failure;
  return `failed, ${kind}: ${message}`;
}

/** Named values, one a line. */
function namedText(values: Readonly<JsonObject>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${valueText(value)}`)
    .join('\n');
}

/** On one line, with spaces where it may be broken. */
function valueText(value: JsonValue): string {
  return typeof value === 'string' ? value : stringifyJson(value, 1).replace(/\n */g, ' ');
}

/** A previewed row as one line of JSON. */
export function previewJson({ inputs, result }: PreviewedRow): string {
  const { row, calls, tiers, reused } = result;
  const spent = statedSpending(result.spent);
  const outcome =
    result.status === 'answered'
      ? { answer: result.answer }
      : { error: { kind: result.failure.kind, message: result.failure.message } };
  const line = {
    row: row.number,
    inputs,
    ...outcome,
    calls,
    latencyMs: result.status === 'answered' ? result.latencyMs : null,
    usage: spent === undefined ? null : { in: spent.input, out: spent.output, cached: spent.cached },
    cost: spent === undefined || spent.unpriced > 0 ? null : spent.cost,
    reused: reused ?? null,
    tier: tiers?.kept ?? null,
  };
  return `${stringifyJson(line)}\n`;
}

/** Totals of the previewed rows, and the cost of the whole file estimated from them. */
export function previewTotals({ tally, cost, asked, wholeCost }: PreviewFigures): string {
  const { succeeded, failed, calls, latency } = tally;
  const { mean, p95 } = latency.summary();
  const { tokens, costUnit } = cost;
  const unit = costUnit ?? '';
  const facts = [
    `${formatCount(succeeded)} answered, ${formatCount(failed)} failed, ${counted(calls, 'call')}`,
    ...(mean === 0 ? [] : [`a call took ${formatDuration(mean)} on average, ${formatDuration(p95)} (p95)`]),
    ...(tokens.in + tokens.out === 0
      ? []
      : [`${counted(tokens.in, 'token')} in, ${formatCount(tokens.out)} out`]),
    cost.cost === null ? 'the price is not known (see --price)' : formatCost(cost.cost, unit),
  ];
  return `${facts.join('; ')}\n${wholeText(asked, wholeCost, unit)}`;
}

function wholeText(asked: number | undefined, wholeCost: number | undefined, unit: string): string {
  if (asked === undefined) return '';
  const amount = wholeCost === undefined ? '' : `, at that price about ${formatCost(wholeCost, unit)}`;
  return `the whole file: ${counted(asked, 'row')} to call${amount} (batchai estimate --sample is more exact)\n`;
}
