import { FROM_THE_START } from '../auto/ceiling-manners.js';
import { firstState, type ProbeState, RateProbe } from '../auto/rate-probe.js';
import { SECOND } from '../durations.js';
import { NO_STARTS, SharedHistory, type SharedStarts } from './shared-history.js';

/**
 * What several processes know together of the rate that a service takes. It is plain JSON. Its times are whole ms since it
 * began, but for `since`, which is one of the clock of the store that they share it in, in ms.
 */
export interface FoundRate {
  readonly since: number;
  readonly callsPerSecond: number;
  readonly probe: ProbeState;
  readonly history: SharedStarts;
  /** What the service's headers allow until they are out of date. */
  readonly stated?: { readonly callsPerSecond: number; readonly until: number };
}

/** What a process saw since its last report, in ms of the store's clock. */
export interface RateReport {
  /** When calls started. */
  readonly started: readonly number[];
  /** When calls started that the service took, since then or before. */
  readonly taken: readonly number[];
  /** When calls started that it refused as too many. */
  readonly refused: readonly number[];
  /** True if calls waited for the rate: otherwise a higher one is of no use. */
  readonly isHeldBack: boolean;
  /** The last that its headers said is left. */
  readonly stated?: { readonly remaining: number; readonly resetMs: number };
}

/** How processes find a rate together. */
export interface RateFinding {
  /** The rate with which calls begin. */
  first(now: number): FoundRate;
  /** The rate after a report. */
  next(before: FoundRate, report: RateReport, now: number): FoundRate;
  /** The time between two calls, in ms. */
  intervalOf(rate: FoundRate, now: number): number;
}

/**
 * As a RateProbe finds it in one process: what that knows, and the calls before, are the rate that they share.
 *
 * @example
 * let rate = rateFinding.first(0);
 * rate = rateFinding.next(rate, { started: [10], taken: [10], refused: [], isHeldBack: true }, 200);
 */
export const rateFinding: RateFinding = {
  first(now) {
    const probe = firstState(FROM_THE_START);
    return { since: Math.floor(now), callsPerSecond: probe.rate, probe, history: NO_STARTS };
  },

  next(before, report, now) {
    const { since } = before;
    const sinceThen = (moment: number) => Math.max(0, Math.round(moment - since));
    const present = sinceThen(now);
    const history = new SharedHistory(before.history, present);
    const probe = new RateProbe(history, FROM_THE_START, before.probe);
    for (const at of report.started) probe.started(sinceThen(at), report.isHeldBack);
    for (const at of report.taken) probe.accepted(present, sinceThen(at));
    for (const at of report.refused) probe.refused(present, sinceThen(at));
    const stated = report.stated === undefined ? before.stated : statedRate(report.stated, now);
    return {
      since,
      callsPerSecond: probe.callsPerSecond,
      probe: probe.state,
      history: history.remembered,
      ...(stated && { stated }),
    };
  },

  intervalOf({ callsPerSecond, stated }, now) {
    const allowed = stated !== undefined && now < stated.until ? stated.callsPerSecond : callsPerSecond;
    return SECOND / Math.min(callsPerSecond, allowed);
  },
};

function statedRate({ remaining, resetMs }: NonNullable<RateReport['stated']>, now: number) {
  const ms = Math.max(1, resetMs);
  return { callsPerSecond: (Math.max(1, remaining) * SECOND) / ms, until: now + ms };
}
