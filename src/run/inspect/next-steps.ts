import type { RunState } from '../../monitor/report/report-facts.js';
import { commandOf } from '../settings/shell-command.js';
import { raisedBudget, reachedEnd, type SpentBudget } from './raise-budget.js';

/** A command to type, as its words. */
export interface NextStep {
  readonly what: 'resume' | 'retry' | 'report';
  readonly words: readonly string[];
  /** What is worth knowing about it. */
  readonly comment?: string;
}

export interface WhereItIs {
  readonly output: string;
  readonly folder: string;
  readonly state: RunState;
  readonly retry: 'running' | 'interrupted' | undefined;
  /** False where its input was a stream, which has passed by. */
  readonly canResume: boolean;
  readonly spent: SpentBudget;
}

/** What can be done next with a run: to resume it, to retry its failed rows, to look at a report. */
export function nextSteps(where: WhereItIs): NextStep[] {
  const { state, retry, canResume } = where;
  const steps: NextStep[] = [];
  if ((state === 'stopped' || state === 'killed') && canResume) steps.push(resumeStep(where));
  const mayRetry = state === 'finished with failures' || retry === 'interrupted';
  if (mayRetry && retry !== 'running') steps.push({ what: 'retry', words: commandOf('retry', where) });
  steps.push({ what: 'report', words: commandOf('report', where) });
  return steps;
}

function resumeStep(where: WhereItIs): NextStep {
  const words = commandOf('resume', where);
  const end = reachedEnd(where.spent);
  if (end === undefined) return { what: 'resume', words };
  const { options, comment } = raisedBudget(end, where.spent);
  return { what: 'resume', words: [...words, ...options], comment };
}
