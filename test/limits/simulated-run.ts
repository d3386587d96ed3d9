import { ProbedPacer } from '../../src/limits/auto/probed-pacer.js';
import { RateProbe } from '../../src/limits/auto/rate-probe.js';
import { EventQueue } from './event-queue.js';
import type { HiddenLimit } from './hidden-limits.js';

export interface SimulatedRun {
  readonly limit: HiddenLimit;
  /** The mean time from a call to its answer, in ms. */
  readonly latencyMs: number;
  /** The same to a refusal; that of an answer, if not given. */
  readonly refusalMs?: number;
  readonly forMs: number;
  /** Calls in flight, where they are limited. */
  readonly concurrency?: number;
  /** 0 to 1. */
  readonly random: () => number;
}

export interface Outcome {
  /** When the calls came to the service, in ms. */
  readonly takenAt: readonly number[];
  readonly refusedAt: readonly number[];
  /** The pace at the end of each second, in calls per second. */
  readonly paces: readonly number[];
}

/** Rows without end, each called as soon as the pace allows; refused ones again. */
export function simulate(run: SimulatedRun): Outcome {
  const { limit, latencyMs, refusalMs = latencyMs, concurrency = Number.POSITIVE_INFINITY, random } = run;
  const probe = new RateProbe();
  const pacer = new ProbedPacer(probe);
  const events = new EventQueue();
  const takenAt: number[] = [];
  const refusedAt: number[] = [];
  const paces: number[] = [];
  let started = 0;
  let inFlight = 0;
  let hasWaited = false;
  let wakeAt = Number.POSITIVE_INFINITY;

  function admit(now: number): void {
    while (inFlight < concurrency) {
      if (pacer.nextAt > now) {
        hasWaited = true;
        wake(pacer.nextAt);
        return;
      }
      pacer.start(now);
      probe.started(now, hasWaited);
      hasWaited = false;
      call(now, started++);
    }
  }

  /** Timers are up to 2 ms late. */
  function wake(at: number): void {
    if (wakeAt <= at) return;
    wakeAt = at;
    events.add(at + 2 * random(), (now) => {
      if (wakeAt === at) wakeAt = Number.POSITIVE_INFINITY;
      admit(now);
    });
  }

  /** A call is up to 25 ms on its way to the service, and takes from 60 to 140 % of the mean. */
  function call(now: number, nth: number): void {
    inFlight++;
    const wayMs = Math.min(latencyMs / 2, 5) + random() * Math.min(latencyMs / 2, 20);
    events.add(now + wayMs, (at) => {
      const isTaken = limit(at);
      (isTaken ? takenAt : refusedAt).push(at);
      const ms = (isTaken ? latencyMs : refusalMs) * (0.6 + 0.8 * random());
      events.add(now + Math.max(ms, wayMs), (end) => {
        inFlight--;
        if (isTaken) probe.accepted(end, nth);
        else probe.refused(end, nth);
        admit(end);
      });
    });
  }

  admit(0);
  while (events.nextAt <= run.forMs) {
    while ((paces.length + 1) * 1_000 <= events.nextAt) paces.push(probe.callsPerSecond);
    events.runNext();
  }
  return { takenAt, refusedAt, paces };
}
