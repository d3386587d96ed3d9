import { ConcurrencyTuner } from '../../src/limits/auto/concurrency-tuner.js';
import { Pacer } from '../../src/limits/pace/pacer.js';
import type { Rate } from '../../src/limits/pace/rate-limit.js';
import { EventQueue } from './event-queue.js';

export interface ServiceRun {
  /** How long the service works on a call that comes in now, in ms. */
  readonly workMs: (now: number) => number;
  /** Calls that it works on at a time; others queue. */
  readonly workers?: (now: number) => number;
  /** The allowed rate at a moment; undefined: any. */
  readonly rate?: (now: number) => Rate | undefined;
  readonly most?: number;
  readonly forMs: number;
}

export interface ServiceOutcome {
  readonly finishedAt: readonly number[];
  /** The places at the end of each second. */
  readonly sizes: readonly number[];
}

/** Rows without end, as many in flight as the tuner says and the rate allows. */
export function simulateService(run: ServiceRun): ServiceOutcome {
  const { workMs, workers = () => Number.POSITIVE_INFINITY, rate = () => undefined, most = 256 } = run;
  const tuner = new ConcurrencyTuner({ most });
  const events = new EventQueue();
  const finishedAt: number[] = [];
  const sizes: number[] = [];
  const queue: number[] = [];
  let working = 0;
  let inFlight = 0;
  let paced: Rate | undefined;
  let pacer: Pacer | undefined;
  let wakeAt = Number.POSITIVE_INFINITY;

  function places(now: number): number {
    const allowed = rate(now);
    if (allowed !== paced) pacer = allowed === undefined ? undefined : new Pacer(allowed);
    paced = allowed;
    return tuner.size(allowed === undefined ? undefined : (allowed.calls / allowed.perMs) * 1_000);
  }

  function start(now: number): void {
    while (inFlight < places(now)) {
      if (pacer !== undefined && pacer.nextAt > now) {
        wake(pacer.nextAt);
        return;
      }
      pacer?.start(now);
      inFlight++;
      queue.push(now);
      work(now);
    }
  }

  function wake(at: number): void {
    if (wakeAt <= at) return;
    wakeAt = at;
    events.add(at, (now) => {
      if (wakeAt === at) wakeAt = Number.POSITIVE_INFINITY;
      start(now);
    });
  }

  function work(now: number): void {
    while (working < workers(now)) {
      const startedAt = queue.shift();
      if (startedAt === undefined) return;
      working++;
      events.add(now + workMs(now), (end) => {
        working--;
        inFlight--;
        finishedAt.push(end);
        tuner.finished(end, end - startedAt);
        work(end);
        start(end);
      });
    }
  }

  start(0);
  while (events.nextAt <= run.forMs) {
    while ((sizes.length + 1) * 1_000 <= events.nextAt) sizes.push(places(events.nextAt));
    events.runNext();
  }
  return { finishedAt, sizes };
}
