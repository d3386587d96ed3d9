const SECOND = 1_000;

/**
 * What several processes know together of the rate that a service takes. It is plain JSON; times are in ms of the clock of
 * the store that they share it in.
 */
export interface FoundRate {
  readonly callsPerSecond: number;
  /** What the service took when it refused a call; undefined while it has refused none. */
  readonly ceiling?: number;
  /** When the rate went down: what becomes of calls that started before says nothing. */
  readonly cutAt: number;
  /** Cuts in a row without a call that was taken. */
  readonly cuts: number;
  readonly raisedAt: number;
  /** Calls taken in a second that is not over, and in the one before. */
  readonly second: { readonly at: number; readonly taken: number; readonly before: number };
  /** Calls taken since the service took some again after a silence. */
  readonly cycle: { readonly at: number; readonly taken: number };
  /** What the service's headers allow until they are out of date. */
  readonly stated?: { readonly callsPerSecond: number; readonly until: number };
}

/** What a process saw since its last report. */
export interface RateReport {
  /** When calls started that the service took. */
  readonly taken: readonly number[];
  /** When calls started that it refused as too many. */
  readonly refused: readonly number[];
  /** True if calls waited for the rate: otherwise a higher one is of no use. */
  readonly isHeldBack: boolean;
  /** The last that its headers said is left. */
  readonly stated?: { readonly remaining: number; readonly resetMs: number };
}

/** At the start, in calls per second: a service with this limit or a higher one does not refuse at once. */
const FIRST_RATE = 1;
const LEAST_RATE = 1 / 15;

/** Doubling time while no ceiling is known, and towards a known one. */
const DOUBLING_MS = 3.5 * SECOND;
const RETURN_DOUBLING_MS = DOUBLING_MS / 2;
/** The most by which one call that was taken raises the rate. */
const MOST_PER_CALL = 1.1;
/** The most that the rate may be, as a multiple of what was taken lately. */
const MOST_OF_PROVEN = 2;

/** The share of a ceiling that is used, and that is left after a refusal. */
const USED_SHARE = 0.95;
const LEFT_SHARE = 0.9;
/** A rate that was refused again at once goes down to this share. */
const LEFT_AGAIN = 0.5;
/** After so many cuts in a row there was a silence: the service counts over a longer time than a second. */
const SILENCE_CUTS = 3;
/** After a silence the rate begins at this share of the ceiling. */
const RETURN_SHARE = 0.25;

/** A ceiling stands for so long, in ms; then the rate creeps up by this share of it a second. */
const CEILING_LASTS_MS = 20 * SECOND;
const CREEP_PER_SECOND = 0.01;
/** At this multiple of it without a refusal, it is forgotten. */
const GONE = 1.25;
/** The longest time that one report counts for, so that an idle time raises nothing. */
const LONGEST_STEP_MS = 2 * SECOND;

/** The rate with which calls begin. */
export function firstRate(now: number): FoundRate {
  return {
    callsPerSecond: FIRST_RATE,
    cutAt: Number.MIN_SAFE_INTEGER,
    cuts: 0,
    raisedAt: now,
    second: { at: now, taken: 0, before: 0 },
    cycle: { at: now, taken: 0 },
  };
}

/**
 * The rate after a report: additive increase and multiplicative decrease (Chiu and Jain 1989), with the slow start of TCP
 * (RFC 5681) and, after a refusal, a rest below what the service took (CUBIC, RFC 9438). It is what `RateProbe` does, in
 * so few numbers that processes can share them: one refusal or many at the same rate are one cut.
 *
 * @example
 * let rate = firstRate(0);
 * rate = nextRate(rate, { taken: [10], refused: [], isHeldBack: true }, 200);
 */
export function nextRate(before: FoundRate, report: RateReport, now: number): FoundRate {
  const taken = report.taken.filter((startedAt) => startedAt >= before.cutAt).length;
  const isRefused = report.refused.some((startedAt) => startedAt >= before.cutAt);
  let rate = counting(before, report.taken.length, now);
  if (report.stated !== undefined) rate = { ...rate, stated: statedRate(report.stated, now) };
  if (taken > 0) rate = raised(rate, taken, report.isHeldBack, now);
  return isRefused ? cut(rate, now) : rate;
}

/** The time between two calls, in ms. */
export function intervalOf({ callsPerSecond, stated }: FoundRate, now: number): number {
  const allowed = stated !== undefined && now < stated.until ? stated.callsPerSecond : callsPerSecond;
  return SECOND / Math.min(callsPerSecond, allowed);
}

function counting(rate: FoundRate, taken: number, now: number): FoundRate {
  const { second, cycle } = rate;
  const agoMs = now - second.at;
  const isOver = agoMs >= SECOND;
  return {
    ...rate,
    second: isOver
      ? { at: now, taken, before: (second.taken * SECOND) / agoMs }
      : { ...second, taken: second.taken + taken },
    cycle: { ...cycle, taken: cycle.taken + taken },
  };
}

/** What was taken in a second lately. */
function provenOf({ second }: FoundRate, now: number): number {
  const soFar = now - second.at >= SECOND / 2 ? (second.taken * SECOND) / (now - second.at) : 0;
  return Math.max(second.before, soFar);
}

function cut(rate: FoundRate, now: number): FoundRate {
  const { callsPerSecond, cuts } = rate;
  const proven = provenOf(rate, now);
  const isFirst = cuts === 0 || rate.ceiling === undefined;
  const ceiling = isFirst ? Math.min(callsPerSecond, proven > 0 ? proven : callsPerSecond) : rate.ceiling;
  const left = cuts === 0 ? LEFT_SHARE * ceiling : Math.min(callsPerSecond, ceiling) * LEFT_AGAIN;
  return { ...rate, ceiling, callsPerSecond: Math.max(left, LEAST_RATE), cutAt: now, cuts: cuts + 1 };
}

function raised(rate: FoundRate, taken: number, isHeldBack: boolean, now: number): FoundRate {
  if (rate.cuts >= SILENCE_CUTS) return afterSilence(rate, now);
  const ready = { ...rate, cuts: 0, raisedAt: now };
  if (!isHeldBack) return ready;
  const stepMs = Math.min(now - rate.raisedAt, LONGEST_STEP_MS);
  const { callsPerSecond, ceiling = Number.POSITIVE_INFINITY } = rate;
  const top = ceiling * USED_SHARE;
  if (callsPerSecond < top) {
    const doublingMs = rate.ceiling === undefined ? DOUBLING_MS : RETURN_DOUBLING_MS;
    const proven = Math.max(FIRST_RATE, provenOf(rate, now)) * MOST_OF_PROVEN;
    const highest = Math.min(top, callsPerSecond * MOST_PER_CALL ** taken, proven);
    const doubled = callsPerSecond * 2 ** (stepMs / doublingMs);
    return { ...ready, callsPerSecond: Math.max(callsPerSecond, Math.min(highest, doubled)) };
  }
  if (now - rate.cutAt < CEILING_LASTS_MS) return ready;
  const crept = callsPerSecond + ceiling * CREEP_PER_SECOND * (stepMs / SECOND);
  if (crept <= GONE * ceiling) return { ...ready, callsPerSecond: crept };
  const { ceiling: _gone, ...free } = ready;
  return { ...free, callsPerSecond: crept };
}

/** What the service took since the silence before, this silence included, is what it takes in the long run. */
function afterSilence(rate: FoundRate, now: number): FoundRate {
  const { ceiling = rate.callsPerSecond, cycle } = rate;
  const inCycle = (cycle.taken * SECOND) / Math.max(1, now - cycle.at);
  const lower = Math.max(LEAST_RATE, Math.min(ceiling, inCycle));
  return {
    ...rate,
    ceiling: lower,
    callsPerSecond: Math.max(LEAST_RATE, lower * RETURN_SHARE),
    cuts: 0,
    raisedAt: now,
    cycle: { at: now, taken: 0 },
  };
}

function statedRate({ remaining, resetMs }: NonNullable<RateReport['stated']>, now: number) {
  const ms = Math.max(1, resetMs);
  return { callsPerSecond: (Math.max(1, remaining) * SECOND) / ms, until: now + ms };
}
