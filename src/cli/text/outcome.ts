import type { BudgetEnd } from '../../limits/budget.js';
import type { StopReason } from '../../run/control/stop.js';
import { afterFailures } from '../../run/inspect/next-steps.js';
import type { RunOutcome } from '../../run/outcome/run-outcome.js';
import type { RunSummary } from '../../run/outcome/summary.js';
import type { Plan } from '../../run/plan/plan.js';
import { unitOf } from '../../run/plan/row-calls.js';
import type { RetryPlan } from '../../run/retry/plan-retry.js';
import { commandOf, shellCommand } from '../../run/settings/shell-command.js';
import { resultsInWords } from '../../wording/results-in-words.js';
import { counted, formatCost, formatCount, formatDuration, nounFor } from '../../wording/wording.js';
import { paint } from '../paint.js';
import { describeCost } from './cost.js';
import { describeError } from './error.js';
import { goOnCommand } from './go-on.js';
import { interruptedBy } from './interrupted.js';
import { describeEmptyColumns } from './notice.js';
import { type AdvisedCalls, adviceOn, describeBatchApiError } from './service-advice.js';
import { firstLine } from './side-by-side.js';

/** Width of a standard terminal, less the `batchai: ` before every line. */
const COLUMNS = 80 - 'batchai: '.length;

/**
 * The outcome of a run in a few lines, with the command to type next.
 *
 * @param total all rows that it is to do; undefined where that is not known, or where they are done.
 */
export function describeOutcome(outcome: RunOutcome, plan: Plan, total: number | undefined): string {
  const { summary } = outcome;
  const lines = [
    ...headLines(outcome, plan, { total, unit: unitOf(plan) }),
    ...describeCost(summary),
    ...failureLines(summary),
    ...(summary.emptyColumns === null ? [] : [describeEmptyColumns(summary.emptyColumns)]),
  ];
  if (outcome.kind !== 'stopped') {
    if (plan.output.path !== undefined) lines.push(`output: ${summary.output}`);
    if (summary.deadLetters !== null) {
      lines.push(`failed rows: ${summary.deadLetters}`);
      if (plan.output.path !== undefined)
        lines.push(...failureCommands(summary, plan.output.path, plan.output.checkpoint));
    }
  } else {
    const command = goOnCommand(outcome.reason, { plan, summary, total });
    lines.push(
      command === undefined
        ? 'this run cannot be resumed: it reads standard input or writes to standard output'
        : `go on: ${command}`,
    );
  }
  return lines.map((line) => `batchai: ${line}\n`).join('');
}

/** The commands for failed rows: a retry only for those that another try may mend. */
function failureCommands({ failures }: RunSummary, output: string, folder: string | undefined): string[] {
  return afterFailures({ kinds: Object.keys(failures), output, folder }).map(
    ({ what, words }) =>
      `${what === 'retry' ? 'retry them' : 'what to do about them'}: ${shellCommand(words)}`,
  );
}

/** The same for a retry. */
export function describeRetryOutcome(
  outcome: RunOutcome,
  { output, folder, calls, selected }: Pick<RetryPlan, 'output' | 'folder' | 'calls' | 'selected'>,
): string {
  const { summary } = outcome;
  const lines = [
    ...headLines(outcome, calls, { total: selected }),
    // A retry has no option for it.
    ...describeCost(summary, 'price: in fabric files'),
    ...failureLines(summary),
  ];
  if (outcome.kind === 'stopped') lines.push(`go on: ${retryCommand(output, folder)}`);
  else lines.push(`output: ${summary.output}`);
  if (outcome.kind !== 'stopped' && summary.deadLetters !== null)
    lines.push(`failed rows that are left: ${summary.deadLetters}`);
  return lines.map((line) => `batchai: ${line}\n`).join('');
}

interface HeadFacts {
  /** All rows that there are to do; undefined where that is not known. */
  readonly total: number | undefined;
  readonly unit?: string | undefined;
}

function headLines(outcome: RunOutcome, calls: AdvisedCalls, { total, unit }: HeadFacts): string[] {
  const { summary } = outcome;
  if (outcome.kind !== 'stopped') return [`${counted(summary.total, 'row')} = ${answersLine(summary)}`];
  return [
    `${paint.yellow('stopped:')} ${describeReason(outcome.reason, calls, unit)}`,
    `so far: ${resultsInWords(summary.total, total)}: ${answersLine(summary)}`,
  ];
}

function retryCommand(output: string, folder: string | undefined): string {
  return shellCommand(commandOf('retry', { output, folder }));
}

function answersLine({
  total,
  succeeded,
  failed,
  leftOut,
  keptFilled,
  calls,
  retries,
  elapsedMs,
  successRate,
  latency,
  steps,
}: RunSummary): string {
  const speed = elapsedMs > 0 ? `, ${formatCount((total / elapsedMs) * 1000)} rows/s` : '';
  const share = total > 0 ? ` (${Math.floor(successRate * 1000) / 10} % answered)` : '';
  const took =
    succeeded > 0 && latency.p99 > 0
      ? `; ${steps.length > 0 ? 'the steps of a row' : 'a call'} took ${formatDuration(latency.p50)} (median), ${formatDuration(latency.p99)} (p99)`
      : '';
  const uncalled = [
    ...(leftOut === 0 ? [] : [` + ${formatCount(leftOut)} left out`]),
    ...(keptFilled === 0 ? [] : [` + ${formatCount(keptFilled)} kept as they were`]),
  ].join('');
  return `${formatCount(succeeded - leftOut - keptFilled)} answered + ${formatCount(failed)} failed${uncalled || share} in ${formatDuration(elapsedMs)}${speed}; ${counted(calls, 'call')}, ${formatCount(retries)} of them retries${took}`;
}

/** A line a kind, the most frequent first, and below it what was said of the first row of that kind. */
function failureLines({ failures }: RunSummary): string[] {
  return Object.entries(failures)
    .sort(([, a], [, b]) => b.count - a.count)
    .flatMap(([kind, { count, rows, message }]) => {
      const examples = [...rows].sort((a, b) => a - b).join(', ');
      const line = `${paint.yellow(`failed, ${kind}:`)} ${formatCount(count)} (${nounFor(count, 'row')} ${examples}${count > rows.length ? ', …' : ''})`;
      return message === undefined ? [line] : [line, messageLine(rows[0], message)];
    });
}

function messageLine(row: number | undefined, message: string): string {
  const head = `row ${row}: "`;
  return `${head}${firstLine(message, COLUMNS - head.length - 1)}"`;
}

function describeReason(reason: StopReason, calls: AdvisedCalls, unit = ''): string {
  switch (reason.kind) {
    case 'interrupted':
      return `${interruptedBy(reason.signal)}; checkpoint saved`;
    case 'asked':
      return 'stopped by the program that ran it; checkpoint saved';
    case 'service':
      return `${reason.error.message} (${adviceOn(reason.error, calls)}); no row is to blame; checkpoint saved`;
    case 'batch-api':
      return `${describeBatchApiError(reason.error)}; no row is to blame; checkpoint saved`;
    case 'submitted':
      return `everything is submitted (${counted(reason.batches, 'batch', 'batches')} out)`;
    case 'unreadable-row':
      return `${reason.error.message}; everything before it is saved: mend the row, or put such rows aside with --bad-rows dead-letter, or fill short ones with --bad-rows fill`;
    case 'input-changed':
      return `${reason.error.message}; ${reason.error.since === 'reading' ? 'no row after them was read, ' : ''}checkpoint saved: bring the old file back and go on, or start over with --overwrite`;
    case 'max-errors':
      return `${counted(reason.failed, 'row')} failed, more than --max-errors allows; checkpoint saved`;
    case 'budget':
      return `${describeBudgetEnd(reason.end, unit)}; checkpoint saved`;
    case 'deadline':
      return `the deadline (${new Date(reason.at).toLocaleString()}) is reached; checkpoint saved`;
    case 'failure':
      return describeError(reason.error);
  }
}

function describeBudgetEnd(end: BudgetEnd, unit: string): string {
  switch (end.kind) {
    case 'max-cost':
      return `another call might pass --max-cost (${formatCost(end.cost, unit)} is spent)`;
    case 'max-calls':
      return `${counted(end.calls, 'call')} made, as many as --max-calls allows`;
    case 'no-price':
      return 'the service does not say how many tokens a call took, so --max-cost cannot be kept';
  }
}
