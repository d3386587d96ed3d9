import { basename, resolve } from 'node:path';
import type { BudgetLimits } from '../../limits/budget.js';
import type {
  QueuedCalls,
  QueuedFabric,
  QueuedRun,
  QueuedScore,
  QueuedStep,
} from '../../queue/protocol/queued-run.js';
import { nameOfStack } from '../calls/stack.js';
import type { RunContext } from '../control/context.js';
import {
  attachedColumns,
  type CallPlan,
  type FabricCalls,
  type ScorePlan,
  type StepPlan,
  startOf,
} from '../plan/call-plan.js';
import type { FabricPlan } from '../plan/fabric.js';
import type { QueueFiles } from '../settings/queue-files.js';
import { sha256Of } from './score-module.js';

export interface RunToQueue {
  readonly calls: CallPlan;
  readonly runId: string;
  /** What to call the run where several are listed. */
  readonly name: string;
  /** The rows are of a run that had answers. */
  readonly answeredBefore: boolean;
  readonly budget: BudgetLimits | undefined;
  /** The folder in which paths of files begin that rows name. */
  readonly filesFolder: string;
  /** How workers come to them; undefined: rows name none. */
  readonly queueFiles?: QueueFiles | undefined;
}

/** What workers need to know of a run: no key is in it. */
export async function queuedRun(
  { calls, runId, name, filesFolder, queueFiles, answeredBefore, budget }: RunToQueue,
  context: RunContext,
): Promise<QueuedRun> {
  const { attempts, timeoutMs, tiers, steps } = calls;
  const { host, version } = context.self;
  return {
    id: runId,
    name,
    ...queuedCalls(startOf(calls), nameOfStack(0)),
    ...(tiers && {
      tiers: {
        upper: tiers.upper.map((upper, index) => queuedCalls(upper, nameOfStack(index + 1))),
        score: await queuedScore(tiers.score),
        minScore: tiers.minScore,
      },
    }),
    ...(steps && { steps: steps.map(queuedStep) }),
    ...(budget && { budget }),
    attempts,
    timeoutMs,
    ...(queueFiles === 'shared' && { files: { kind: 'shared', folder: resolve(filesFolder) } }),
    ...(queueFiles === 'send' && { files: { kind: 'sent', columns: attachedColumns(calls) } }),
    ...(answeredBefore && { answeredBefore }),
    coordinator: { host, version, pid: context.processes.pid },
    createdAt: context.clock.wallNow(),
  };
}

function queuedCalls({ fabric, rate, tokensPerMinute, price }: FabricCalls, stack: string): QueuedCalls {
  return {
    stack,
    fabric: queuedFabric(fabric),
    rate,
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
    ...(price === undefined ? {} : { price }),
  };
}

function queuedStep({ name, calls, sent, when, needs, sharesWith }: StepPlan, index: number): QueuedStep {
  return {
    name,
    calls: queuedCalls(calls, nameOfStack(index)),
    sent,
    ...(when && { when: when.text }),
    needs,
    sharesWith,
  };
}

function queuedFabric(fabric: FabricPlan): QueuedFabric {
  return fabric.kind === 'local'
    ? { kind: 'on-device', name: fabric.name }
    : { kind: 'defined', definition: fabric.definition };
}

async function queuedScore(score: ScorePlan): Promise<QueuedScore> {
  switch (score.kind) {
    case 'fabric':
      return { kind: 'fabric', judge: queuedCalls(score.judge, nameOfStack('judge')) };
    case 'module':
      return { kind: 'module', file: basename(score.path), sha256: await sha256Of(score.path) };
    default:
      return score;
  }
}
