import { UnreadableRowError } from '../../rows/input-error.js';
import type { StopReason } from '../../run/control/stop.js';
import { raisedBudget } from '../../run/inspect/raise-budget.js';
import type { RunSummary } from '../../run/outcome/summary.js';
import type { Plan } from '../../run/plan/plan.js';
import { unitOf } from '../../run/plan/row-calls.js';
import { commandOf, shellCommand } from '../../run/settings/shell-command.js';
import { formatDuration } from '../../wording/wording.js';

/** What there is beside the reason for which a run stopped. */
export interface StoppedRun {
  readonly plan: Plan;
  readonly summary: RunSummary;
  /** All rows that it is to do; undefined where that is not known. */
  readonly total: number | undefined;
}

/**
 * The command that goes on with a run that stopped, as it can be pasted into a shell. Undefined where the run cannot go
 * on: it reads or writes a stream.
 *
 * @example
 * goOnCommand({ kind: 'budget', end: { kind: 'max-cost', cost: 1 } }, run);
 * // batchai resume out.csv --max-cost 2  # $1.00 is spent, about $5.00 for all
 */
export function goOnCommand(reason: StopReason, run: StoppedRun): string | undefined {
  const { plan } = run;
  const { path: output, checkpoint: folder } = plan.output;
  if (output === undefined || plan.input.source.path === undefined) return undefined;
  const { options = [], comment } = roomFor(reason, run);
  const comments = [comment, ...secretsOf(plan)].filter((one) => one !== undefined);
  return shellCommand(
    [...commandOf('resume', { output, folder }), ...options],
    comments.length === 0 ? undefined : comments.join('; '),
  );
}

interface Room {
  readonly options?: readonly string[];
  readonly comment?: string;
}

/** What a run needs to be given, so that it does not stop again for the same reason. */
function roomFor(reason: StopReason, { plan, summary, total }: StoppedRun): Room {
  switch (reason.kind) {
    case 'budget': {
      const { maxCost, maxCalls } = plan.allowance;
      return raisedBudget(reason.end, {
        budget: { ...(maxCost !== undefined && { maxCost }), ...(maxCalls !== undefined && { maxCalls }) },
        ...{ cost: summary.cost ?? 0, calls: summary.calls, costUnit: unitOf(plan) },
        rows: { done: summary.total, total: total ?? null },
      });
    }
    case 'deadline': {
      const { deadline } = plan.allowance;
      return deadline?.kind === 'after'
        ? { comment: `for another ${formatDuration(deadline.ms)}` }
        : // The time of the day may be a moment away.
          { options: ['--deadline', 'none'], comment: 'or with a later one' };
    }
    case 'max-errors':
      return { comment: 'counts failed rows anew' };
    case 'submitted':
      return { comment: 'collects the answers' };
    case 'unreadable-row':
      return reason.error instanceof UnreadableRowError
        ? { options: ['--bad-rows', 'dead-letter'], comment: 'or mend the row, and leave that option out' }
        : {};
    case 'input-changed':
      return { comment: 'once the old file is back' };
    default:
      return {};
  }
}

/** What has to be given again, since it holds a secret. */
function secretsOf({ withheld }: Plan): string[] {
  return withheld.map((name) =>
    name === 'queue'
      ? 'with BATCHAI_QUEUE_URL set: its password is not kept'
      : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is not kept: give it again`,
  );
}
