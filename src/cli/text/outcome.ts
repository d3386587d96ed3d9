import type { BudgetEnd } from '../../limits/budget.js';
import type { StopReason } from '../../run/control/stop.js';
import type { RunOutcome } from '../../run/outcome/run-outcome.js';
import type { RunSummary } from '../../run/outcome/summary.js';
import type { FabricPlan } from '../../run/plan/fabric.js';
import type { Plan } from '../../run/plan/plan.js';
import { unitOf } from '../../run/plan/row-calls.js';
import { counted, formatCost, formatCount, formatDuration, nounFor } from '../../wording/wording.js';
import { paint } from '../paint.js';
import { describeCost } from './cost.js';
import { describeError } from './error.js';
import { interruptedBy } from './interrupted.js';
import { adviceOn, describeBatchApiError } from './service-advice.js';
import { shellCommand } from './shell.js';
import { firstLine } from './side-by-side.js';

/** Width of a standard terminal, less the `batchai: ` before every line. */
const COLUMNS = 80 - 'batchai: '.length;

/** The outcome of a run in a few lines, with the command to type next. */
export function describeOutcome(outcome: RunOutcome, plan: Plan, argv: readonly string[]): string {
  const { summary } = outcome;
  const lines =
    outcome.kind !== 'stopped'
      ? [`${countLine(summary)}`]
      : [
          `${paint.yellow('stopped:')} ${describeReason(outcome.reason, plan.fabric, unitOf(plan))}`,
          `so far: ${countLine(summary)}`,
        ];
  lines.push(...describeCost(summary), ...failureLines(summary));
  if (outcome.kind !== 'stopped') {
    if (plan.output.path !== undefined) lines.push(`output: ${summary.output}`);
    if (summary.deadLetters !== null) {
      lines.push(`failed rows: ${summary.deadLetters}`);
      if (plan.output.path !== undefined)
        lines.push(`retry them: ${shellCommand(['batchai', 'retry', plan.output.path])}`);
    }
  } else if (plan.output.path !== undefined && plan.input.source.path !== undefined) {
    lines.push(`go on: ${resumeCommand(argv)}`);
  } else {
    lines.push('this run cannot be resumed: it reads standard input or writes to standard output');
  }
  return lines.map((line) => `batchai: ${line}\n`).join('');
}

/** The same for a retry. Typing the same command again continues it. */
export function describeRetryOutcome(
  outcome: RunOutcome,
  fabric: FabricPlan,
  argv: readonly string[],
): string {
  const { summary } = outcome;
  const lines =
    outcome.kind !== 'stopped'
      ? [countLine(summary)]
      : [
          `${paint.yellow('stopped:')} ${describeReason(outcome.reason, fabric)}`,
          `so far: ${countLine(summary)}`,
        ];
  lines.push(...describeCost(summary), ...failureLines(summary));
  if (outcome.kind === 'stopped') lines.push(`go on: ${shellCommand(['batchai', ...argv])}`);
  else lines.push(`output: ${summary.output}`);
  if (outcome.kind !== 'stopped' && summary.deadLetters !== null)
    lines.push(`failed rows that are left: ${summary.deadLetters}`);
  return lines.map((line) => `batchai: ${line}\n`).join('');
}

function countLine({
  total,
  succeeded,
  failed,
  leftOut,
  calls,
  retries,
  elapsedMs,
  successRate,
  latency,
}: RunSummary): string {
  const speed = elapsedMs > 0 ? `, ${formatCount((total / elapsedMs) * 1000)} rows/s` : '';
  const share = total > 0 ? ` (${Math.floor(successRate * 1000) / 10} % answered)` : '';
  const took =
    succeeded > 0 && latency.p99 > 0
      ? `; a call took ${formatDuration(latency.p50)} (median), ${formatDuration(latency.p99)} (p99)`
      : '';
  return `${counted(total, 'row')} = ${formatCount(succeeded - leftOut)} answered + ${formatCount(failed)} failed${leftOut === 0 ? share : ` + ${formatCount(leftOut)} left out`} in ${formatDuration(elapsedMs)}${speed}; ${counted(calls, 'call')}, ${formatCount(retries)} of them retries${took}`;
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

function describeReason(reason: StopReason, fabric: FabricPlan, unit = ''): string {
  switch (reason.kind) {
    case 'interrupted':
      return `${interruptedBy(reason.signal)}; checkpoint saved`;
    case 'asked':
      return 'stopped by the program that ran it; checkpoint saved';
    case 'service':
      return `${reason.error.message} (${adviceOn(reason.error, fabric)}); no row is to blame; checkpoint saved`;
    case 'batch-api':
      return `${describeBatchApiError(reason.error)}; no row is to blame; checkpoint saved`;
    case 'submitted':
      return `everything is submitted (${counted(reason.batches, 'batch', 'batches')} out); go on to collect the answers`;
    case 'unreadable-row':
      return `${reason.error.message}; everything before it is saved: correct the row, or put such rows aside with --bad-rows dead-letter, or fill short ones with --bad-rows fill`;
    case 'input-changed':
      return `${reason.error.message}; ${reason.error.since === 'reading' ? 'no row after them was read, ' : ''}checkpoint saved: bring the old file back and go on, or start over with --overwrite`;
    case 'max-errors':
      return `${counted(reason.failed, 'row')} failed, more than --max-errors allows; checkpoint saved`;
    case 'budget':
      return `${describeBudgetEnd(reason.end, unit)}; checkpoint saved${reason.end.kind === 'no-price' ? '' : `: go on with a higher --${reason.end.kind}`}`;
    case 'deadline':
      return `the deadline (${new Date(reason.at).toLocaleString()}) is reached; checkpoint saved: go on with a later one`;
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
      return 'the service does not say how many tokens a call took, so --max-cost cannot be kept: give --max-calls, or a price a call';
  }
}

/** What was typed, with --resume. */
function resumeCommand(argv: readonly string[]): string {
  const typed = argv.filter((word) => word !== '--overwrite' && word !== '--resume' && word !== '--detach');
  return shellCommand(['batchai', ...typed, '--resume']);
}
