import { basename } from 'node:path';
import type { FinishedResult } from '../../fabric/row-result.js';
import { addSpending, statedSpending } from '../../fabric/spending.js';
import { ExactNumber } from '../../json/exact-number.js';
import { stringifyJson } from '../../json/stringify-json.js';
import {
  agreementOf,
  type ComparedFabric,
  type ComparedOutcome,
  type ComparedRow,
  type Comparison,
} from '../../monitor/comparison/comparison-facts.js';
import { RunTally } from '../../monitor/run-tally.js';
import { inputsReader } from '../../rows/input-selection.js';
import type { JsonObject, JsonValue, Row } from '../../rows/row.js';
import type { RunStop } from '../control/stop.js';
import { summarizeCost } from '../outcome/cost-summary.js';
import { startOf } from '../plan/call-plan.js';
import type { Surroundings } from '../plan/plan.js';
import { questionsOf } from '../reuse/dedupe-key.js';
import type { ScoreSetting } from '../settings/cost-settings.js';
import { SetUpError } from '../settings/set-up-error.js';
import { makeTrialPlan, type TrialPlan, type TrialSettings } from '../trial/plan-trial.js';
import { runTrial, type TrialContext } from '../trial/run-trial.js';

/** The settings of `batchai compare`. */
export interface CompareSettings {
  readonly trial: Omit<TrialSettings, 'fabric' | 'tiers'>;
  /** Two or more, as `--fabric` takes them. */
  readonly fabrics: readonly string[];
  readonly score?: ScoreSetting;
}

/** A fabric to compare, and the name under which its answers are shown. */
export interface FabricUnderTest {
  readonly name: string;
  readonly plan: TrialPlan;
}

/**
 * Checks the input and all fabrics before any of them is called.
 *
 * @throws SetUpError, InputError, FabricFileError, ScoreModuleError
 */
export async function planComparison(
  { trial, fabrics, score }: CompareSettings,
  surroundings: Pick<Surroundings, 'standardInput' | 'wallNow'>,
): Promise<readonly FabricUnderTest[]> {
  if (fabrics.length < 2) throw new SetUpError('--fabric: give two fabrics or more to compare');
  const twice = fabrics.find((fabric, index) => fabrics.indexOf(fabric) !== index);
  if (twice !== undefined) throw new SetUpError(`--fabric: ${twice} is given twice`);
  if (trial.input === '-') throw new SetUpError('standard input can be read only once; give a file');
  if (score?.kind === 'schema') {
    throw new SetUpError(
      '--score schema tells no answers apart; use field:<name>, fabric:<judge> or module:<file>',
    );
  }
  const names = namesOf(fabrics);
  const tested: FabricUnderTest[] = [];
  for (const [index, fabric] of fabrics.entries()) {
    // A scorer without tiers above scores every answer, and none moves up.
    const tiers = score === undefined ? {} : { tiers: { fabrics: [], score, minScore: 0 } };
    const plan = await makeTrialPlan({ ...trial, fabric, ...tiers }, surroundings, { makesCalls: true });
    tested.push({ name: names[index] ?? fabric, plan });
  }
  return tested;
}

/** `small` of `fabrics/small.yaml`, where no other fabric is called the same. */
function namesOf(fabrics: readonly string[]): string[] {
  const short = fabrics.map((fabric) => basename(fabric).replace(/\.(ya?ml|gguf)$/i, ''));
  return fabrics.map((fabric, index) => {
    const name = short[index] ?? fabric;
    return short.filter((other) => other === name).length > 1 ? fabric : name;
  });
}

/**
 * Runs the rows through each fabric in turn, each with its own limits: side by side, they would slow each other down and
 * could pass the limit of a key that they share.
 *
 * @param started is called with the name of each fabric before its first call.
 * @returns what was done until the end, or until `stop`.
 * @throws CallError `misconfigured` where a model cannot be loaded.
 */
export async function compareFabrics(
  tested: readonly FabricUnderTest[],
  rows: readonly Row[],
  stop: RunStop,
  context: TrialContext,
  started: (name: string) => void,
): Promise<Omit<Comparison, 'scorer'>> {
  const fabrics: ComparedFabric[] = [];
  const outcomes = new Map<number, ComparedOutcome[]>();
  for (const { name, plan } of tested) {
    if (stop.reason !== undefined) break;
    started(name);
    const results = await runTrial(plan, rows, stop, context);
    fabrics.push(figuresOf(name, plan, results));
    for (const result of results) {
      const { number } = result.row;
      outcomes.set(number, [...(outcomes.get(number) ?? []), outcomeOf(result)]);
    }
  }
  const inputsOf = sentInputs(tested);
  const compared: ComparedRow[] = rows.map((row) => ({
    row: row.number,
    inputs: Object.entries(inputsOf(row)).map(([name, value]) => [name, textOf(value)] as const),
    outcomes: outcomes.get(row.number) ?? [],
  }));
  return {
    input: tested[0]?.plan.input.source.name ?? '',
    fabrics,
    rows: compared,
    agreement: agreementOf(compared, tested.length),
  };
}

/** The inputs of a row that any of the fabrics uses. */
function sentInputs(tested: readonly FabricUnderTest[]): (row: Row) => JsonObject {
  const readers = tested.map(
    ({ plan }) => questionsOf(plan, inputsReader(plan.columns, plan.inputs)).usedInputsOf,
  );
  return (row) => {
    const sent: JsonObject = {};
    for (const read of readers) Object.assign(sent, read(row));
    return sent;
  };
}

function figuresOf(name: string, plan: TrialPlan, results: readonly FinishedResult[]): ComparedFabric {
  const tally = new RunTally();
  for (const result of results) tally.add(result);
  const summary = summarizeCost(tally.spending, results.length, plan.calls);
  const own = summary.tiers.find(({ role }) => role === 'tier');
  const cost = own === undefined ? summary.cost : own.cost;
  const asked = results.length - tally.spending.withoutCall;
  const isKnown = cost !== null && summary.unpricedCalls === 0 && asked > 0;
  const scores = results.flatMap((result) => scoreOf(result) ?? []);
  const { mean, p95 } = tally.latency.summary();
  return {
    name,
    answered: tally.succeeded,
    failed: tally.failed,
    latency: { mean, p95 },
    costPerThousand: isKnown ? (cost / asked) * 1_000 : null,
    costUnit: summary.costUnit,
    costIsGuess: isKnown && startOf(plan.calls).pricer?.source === 'guess',
    score: scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length,
  };
}

function outcomeOf(result: FinishedResult): ComparedOutcome {
  const spent = ownSpending(result);
  const cost = spent === undefined || spent.unpriced > 0 ? null : spent.cost;
  if (result.status === 'failed') {
    const { kind, message } = result.failure;
    const text = `${kind}: ${message}`;
    return { kind: 'failure', text, parts: new Map(), latencyMs: 0, cost, score: null };
  }
  const { answer, latencyMs } = result;
  return {
    kind: 'answer',
    text: textOf(answer),
    parts: partsOf(answer),
    latencyMs,
    cost,
    score: scoreOf(result) ?? null,
  };
}

/** What the fabric itself took, without its judge. */
function ownSpending({ spent, tiers }: FinishedResult) {
  if (tiers === undefined) return statedSpending(spent);
  const own = tiers.steps.filter(({ by }) => by === 0);
  return statedSpending(own.reduce<typeof spent>((sum, step) => addSpending(sum, step.spent), undefined));
}

function scoreOf(result: FinishedResult): number | undefined {
  return result.status === 'answered' ? result.tiers?.score : undefined;
}

function partsOf(answer: JsonValue): ReadonlyMap<string, string> {
  const isObject = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
  if (!isObject || answer instanceof ExactNumber) return new Map();
  return new Map(Object.entries(answer).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : stringifyJson(value, 1).replace(/\n */g, ' ');
}
