import { CallError } from '../../src/fabric/call-error.js';
import { limited } from '../../src/limits/limited.js';
import { Limiter } from '../../src/limits/limiter.js';
import type { RateLimit } from '../../src/limits/pace/rate-limit.js';
import { retrying } from '../../src/limits/retry/retrying.js';
import { FakeClock } from './fake-clock.js';
import { aCall, type Outcome, ScriptedFabric } from './scripted-fabric.js';

export interface LayeredRun {
  readonly rows: number;
  /** Calls in flight; a row in backoff lends its place. */
  readonly places: number;
  readonly rate?: RateLimit;
  /** What becomes of a call that starts now. */
  readonly service: (now: number, nth: number) => Outcome | undefined;
  /** 0 to 1. */
  readonly random: () => number;
  /** The run is looked at for so long at most, in ms. */
  readonly forMs?: number;
}

export interface LayeredOutcome {
  /** When the last row was done, in ms; infinite where the time was too short for all. */
  readonly doneAt: number;
  readonly answered: number;
  readonly refused: number;
  readonly pauses: number;
}

const HOUR = 3_600_000;
const STEP_MS = 1_000;

/** Rows through a run's layers (retry, limiter) to a service, in virtual time. */
export async function runLayers(run: LayeredRun): Promise<LayeredOutcome> {
  const { rows, places, rate = 'none', service, random, forMs = HOUR } = run;
  const clock = new FakeClock();
  let refused = 0;
  let pauses = 0;
  const client = new ScriptedFabric(clock, (nth) => {
    const outcome = service(clock.now(), nth);
    if (outcome?.error instanceof CallError && outcome.error.pausesAll) refused++;
    return outcome;
  });
  const limiter = new Limiter({ rate, clock, onPause: () => pauses++ });
  let active = 0;
  let lent = 0;
  let next = 1;
  let answered = 0;
  let doneAt = Number.POSITIVE_INFINITY;
  const fabric = retrying(limited(client, limiter), {
    attempts: 3,
    limiter,
    clock,
    random,
    whileWaiting: async (wait) => {
      lent++;
      startRows();
      try {
        return await wait();
      } finally {
        lent--;
      }
    },
  });

  function startRows(): void {
    while (next <= rows && active < places + lent) {
      active++;
      void runRow(next++);
    }
  }

  async function runRow(row: number): Promise<void> {
    await fabric.run(aCall(row)).catch(() => {});
    active--;
    if (++answered === rows) doneAt = clock.now();
    startRows();
  }

  startRows();
  while (answered < rows && clock.now() < forMs) await clock.advance(STEP_MS);
  limiter.close(new CallError('aborted', 'the test is over'));
  return { doneAt, answered, refused, pauses };
}
