import type { RunState } from '../../monitor/report/report-facts.js';
import { commandOf } from '../settings/shell-command.js';
import { mendable } from './failure-advice.js';
import { raisedBudget, reachedEnd, type SpentBudget } from './raise-budget.js';

/** A command to type, as its words. */
export interface NextStep {
  readonly what: 'resume' | 'retry' | 'failures' | 'report';
  readonly words: readonly string[];
  /** What is worth knowing about it. */
  readonly comment?: string;
}

export interface WhereItIs {
  readonly output: string;
  readonly folder: string;
  readonly state: RunState;
  readonly retry: 'running' | 'interrupted' | undefined;
  /** The kinds of its failed rows. */
  readonly kinds: readonly string[];
  /** False where its input was a stream, which has passed by. */
  readonly canResume: boolean;
  readonly spent: SpentBudget;
}

/** What can be done next with a run: to resume it, to retry or look at its failed rows, to look at a report. */
export function nextSteps(where: WhereItIs): NextStep[] {
  const { state, retry, canResume } = where;
  const steps: NextStep[] = [];
  if ((state === 'stopped' || state === 'killed') && canResume) steps.push(resumeStep(where));
  if (retry === 'interrupted') steps.push({ what: 'retry', words: commandOf('retry', where) });
  else if (state === 'finished with failures' && retry === undefined) steps.push(...afterFailures(where));
  steps.push({ what: 'report', words: commandOf('report', where) });
  return steps;
}

/** The steps for failed rows: a retry only for those that another try may mend. */
export function afterFailures(
  where: Pick<WhereItIs, 'output' | 'kinds'> & { readonly folder: string | undefined },
): NextStep[] {
  const { retry, others } = mendable(where.kinds);
  const only = others ? ['--kind', retry.join(',')] : [];
  return [
    ...(retry.length === 0
      ? []
      : [{ what: 'retry', words: [...commandOf('retry', where), ...only] } satisfies NextStep]),
    ...(others ? [{ what: 'failures', words: commandOf('failures', where) } satisfies NextStep] : []),
  ];
}

function resumeStep(where: WhereItIs): NextStep {
  const words = commandOf('resume', where);
  const end = reachedEnd(where.spent);
  if (end === undefined) return { what: 'resume', words };
  const { options, comment } = raisedBudget(end, where.spent);
  return { what: 'resume', words: [...words, ...options], comment };
}
