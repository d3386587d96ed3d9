import type { JsonObject } from '../rows/row.js';
import type { RunOutcome } from './run-rows.js';
import type { RunStop, StopReason } from './stop.js';
import type { RunWorld } from './world.js';

/** Sees to it that whoever watches hears how a run ends, whichever way it does. */
export async function watched(
  { watch }: RunWorld,
  stop: RunStop,
  run: () => Promise<RunOutcome>,
): Promise<RunOutcome> {
  try {
    const outcome = await run();
    if (outcome.kind === 'stopped') watch?.stopped?.(stopFacts(outcome.reason));
    watch?.ended?.(outcome.summary as unknown as JsonObject);
    return outcome;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    watch?.stopped?.(stop.reason === undefined ? { kind: 'failure', message } : stopFacts(stop.reason));
    throw error;
  }
}

/** The reason for a person, in one line. */
export function stopFacts(reason: StopReason): { kind: string; message: string } {
  const { kind } = reason;
  switch (kind) {
    case 'interrupted':
      return { kind, message: `${reason.signal} came` };
    case 'asked':
      return { kind, message: 'it was told to stop' };
    case 'service':
    case 'unreadable-row':
    case 'input-changed':
    case 'failure':
      return { kind, message: reason.error.message };
    case 'max-errors':
      return { kind, message: `${reason.failed} rows failed, more than --max-errors allows` };
    case 'budget':
      return { kind, message: `the budget is used up (${reason.end.kind})` };
    case 'deadline':
      return { kind, message: `the deadline is reached (${new Date(reason.at).toISOString()})` };
  }
}
