import type { JsonObject } from '../../rows/row.js';
import type { RunContext } from '../control/context.js';
import type { RunStop } from '../control/stop.js';
import type { RunOutcome } from '../outcome/run-outcome.js';
import { stopFacts } from '../outcome/stop-facts.js';
import type { RunSummary } from '../outcome/summary.js';

/** Sees to it that whoever watches hears how a run ends, whichever way it does. */
export async function tellingTheEnd(
  { watch }: Pick<RunContext, 'watch'>,
  stop: RunStop,
  run: () => Promise<RunOutcome>,
): Promise<RunOutcome> {
  try {
    const outcome = await run();
    if (outcome.kind === 'stopped') watch.stopped?.(stopFacts(outcome.reason));
    watch.ended?.(withoutMessages(outcome.summary) as unknown as JsonObject);
    return outcome;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    watch.stopped?.(stop.reason === undefined ? { kind: 'failure', message } : stopFacts(stop.reason));
    throw error;
  }
}

/** A service's message may repeat what is in a row, which logs and alerts leave out. */
function withoutMessages(summary: RunSummary): RunSummary {
  const failures = Object.fromEntries(
    Object.entries(summary.failures).map(([kind, { count, rows }]) => [kind, { count, rows }]),
  );
  return { ...summary, failures };
}
