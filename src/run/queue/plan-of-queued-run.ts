import { pricerOf } from '../../fabric/price/pricer.js';
import type { Clock } from '../../limits/clock.js';
import type { QueuedCalls, QueuedRun, QueuedScore, QueuedStep } from '../../queue/protocol/queued-run.js';
import type { CallPlan, FabricCalls, ScorePlan, StepPlan } from '../plan/call-plan.js';
import { type FabricPlan, localPlan, planOfDefinition } from '../plan/fabric.js';
import type { Environment } from '../settings/environment.js';
import { SetUpError } from '../settings/set-up-error.js';
import { sha256Of } from './score-module.js';

/** What a worker's own machine has for the calls of its runs. */
export interface WorkerMeans {
  /** Where keys are, by the names of their variables. */
  readonly environment: Environment;
  /** Paths of the modules that may score answers here. */
  readonly scoreModules: readonly string[];
  readonly clock: Pick<Clock, 'wallNow'>;
}

/**
 * How a worker makes the calls of a run, so many at once to each of its fabrics. Their limits are kept elsewhere, since
 * all workers share them.
 *
 * @throws SetUpError where a key or a module is missing, or a fabric is not known here.
 */
export async function planOf(run: QueuedRun, concurrency: number, means: WorkerMeans): Promise<CallPlan> {
  const { attempts, timeoutMs, tiers, steps } = run;
  const decide = async ({ fabric, price }: QueuedCalls): Promise<FabricCalls> => {
    const plan = await fabricOf(fabric, means);
    const definition = plan.kind === 'local' ? undefined : plan.definition;
    return {
      fabric: plan,
      ...{ concurrency, attempts, timeoutMs, price },
      rate: 'none',
      tokensPerMinute: undefined,
      pricer: await pricerOf(definition, price, () => means.clock.wallNow()),
    };
  };
  if (steps !== undefined) return planOfSteps(steps, decide);
  const first = await decide(run);
  if (tiers === undefined) return first;
  const upper: FabricCalls[] = [];
  for (const calls of tiers.upper) upper.push(await decide(calls));
  return {
    ...first,
    tiers: { upper, score: await scoreOf(tiers.score, means, decide), minScore: tiers.minScore },
  };
}

async function planOfSteps(
  queued: readonly QueuedStep[],
  decide: (calls: QueuedCalls) => Promise<FabricCalls>,
): Promise<CallPlan> {
  const { compileCondition } = await import('../../fabric/prompt/condition.js');
  const decideStep = async ({ when, calls, ...step }: QueuedStep): Promise<StepPlan> => ({
    ...step,
    // Of errors in the file, which the coordinator has told.
    line: 0,
    calls: await decide(calls),
    when: when === undefined ? undefined : { text: when, condition: compileCondition(when) },
  });
  const [first, ...others] = queued;
  if (first === undefined) throw new SetUpError('the run has no steps');
  const steps: [StepPlan, ...StepPlan[]] = [await decideStep(first)];
  for (const step of others) steps.push(await decideStep(step));
  return { ...steps[0].calls, steps };
}

function fabricOf(fabric: QueuedCalls['fabric'], { environment }: WorkerMeans): Promise<FabricPlan> {
  if (fabric.kind === 'on-device') return Promise.resolve(localPlan(`local:${fabric.name}`));
  const source = { kind: 'name', text: fabric.definition.name } as const;
  return planOfDefinition(fabric.definition, source, { environment });
}

async function scoreOf(
  score: QueuedScore,
  { scoreModules }: WorkerMeans,
  decide: (calls: QueuedCalls) => Promise<FabricCalls>,
): Promise<ScorePlan> {
  switch (score.kind) {
    case 'fabric':
      return { kind: 'fabric', judge: await decide(score.judge) };
    case 'module':
      return { kind: 'module', path: await moduleHere(score, scoreModules) };
    default:
      return score;
  }
}

/** Code is run only where this machine's owner named it: who can write to the queue names none. */
async function moduleHere(
  { file, sha256 }: { readonly file: string; readonly sha256: string },
  paths: readonly string[],
): Promise<string> {
  for (const path of paths) if ((await sha256Of(path)) === sha256) return path;
  const found = paths.length === 0 ? 'none is named here' : `not in ${paths.join(', ')}`;
  throw new SetUpError(
    `answers are scored by ${file} (${found}): start the worker with --score-module and the path of the same file`,
  );
}
