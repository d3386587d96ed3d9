import { LatencyAverage } from './latency-average.js';

export interface ConcurrencyTunerOptions {
  /** The most calls in flight, a whole number from 2. */
  readonly most: number;
  /** Calls in flight before anything is known. */
  readonly first?: number;
}

const FIRST = 10;
const LEAST = 2;

/** Calls after which the mean is used. */
const CALLS_FOR_A_MEAN = 10;

/** A step lasts at least so many mean latencies: the first calls to end are the short ones. */
const MEANS_PER_STEP = 3;

/** ...and has enough calls for the standard error of their typical latency to be below this share of it. */
const LARGEST_ERROR = 0.06;
const LEAST_CALLS_PER_STEP = 30;
const MOST_CALLS_PER_STEP = 400;

/** One step changes the calls in flight by no more than these factors. */
const LEAST_STEP = 0.8;
const MOST_STEP = 1.5;

/** At the start, steps have few calls, until calls take longer than before by this factor and beyond chance. */
const FIRST_STEP = 1.5;
const CLEARLY_SLOW = 1.6;
const START_ERRORS = 3;
const SLOW_STEPS_TO_END = 2;

/** Calls tried, as a multiple of those used, to see whether more calls bring more throughput. */
const GROWTH = 1.2;

/** The most places kept ready for each one that is used. */
const SPARE = 2;

/** Calls that take longer than the baseline by this factor are slow: they queue, or the service itself is slower. */
const SLOW = 1.25;

/** With this share of the calls in flight, calls that had queued would take less than FASTER of the time. */
const FEWER = 0.75;
const FASTER = 0.87;

/** After so many slow steps, fewer calls are tried. Where calls had been queueing, the next test comes later. */
const FIRST_STEPS_TO_TEST = 4;
const MOST_STEPS_TO_TEST = 128;

/**
 * Says how many calls to have in flight.
 *
 * Where the limits allow a rate it is Little's law (L = λW: calls in flight are calls per second times
 * seconds per call), and twice the square root of that as a reserve, since the calls in flight vary about
 * as a Poisson number does, whatever their latency is spread over (square-root staffing, Halfin and Whitt 1981).
 *
 * It is never more than the service gains from, which is found as by the gradient algorithm (Netflix's
 * concurrency-limits, after TCP Vegas, Brakmo and Peterson 1995): a fifth more than are used, in proportion
 * to how much faster calls were at their fastest. While more calls bring more throughput it grows; where
 * they only queue at the service, it stays a little past the knee. The baseline is not forgotten with time,
 * or a standing queue would become the baseline. It is given up when calls are no faster although far fewer
 * are in flight: then the service is slower, and no queue of ours.
 *
 * @example
 * const tuner = new ConcurrencyTuner({ most: 256 });
 * tuner.finished(clock.now(), 180);
 * const places = tuner.size(limiter.callsPerSecond());
 */
export class ConcurrencyTuner {
  readonly #latency = new LatencyAverage();
  readonly #most: number;
  /** Calls in flight that the service seems to gain from. */
  #useful: number;
  /** The typical latency of calls that do not queue. */
  #baselineMs = Number.POSITIVE_INFINITY;
  #step: Step | undefined;
  /** All the steps of the start. */
  #start: Start | undefined = { calls: 0, logs: 0, slowSteps: 0 };
  /** Set while calls are slow. */
  #slow: SlowTime | undefined;
  #stepsToTest = FIRST_STEPS_TO_TEST;

  constructor({ most, first = FIRST }: ConcurrencyTunerOptions) {
    if (!(Number.isInteger(most) && most >= LEAST)) {
      throw new RangeError(`wanted whole calls from ${LEAST}, got ${most}`);
    }
    this.#most = most;
    this.#useful = Math.min(first, most);
  }

  /**
   * Counts a call that was answered.
   *
   * @param now monotonic, in ms.
   * @param latencyMs from its going out, not from its asking for a turn. Refusals take no work and do not count.
   */
  finished(now: number, latencyMs: number): void {
    this.#latency.add(latencyMs);
    this.#step ??= { beganAt: now - latencyMs, finished: 0, calls: 0, logs: 0 };
    const step = this.#step;
    step.finished++;
    if (now - latencyMs >= step.beganAt) {
      step.calls++;
      step.logs += Math.log(Math.max(latencyMs, 0.01));
    }
    const elapsedMs = now - step.beganAt;
    if (step.calls < this.#callsPerStep || elapsedMs < MEANS_PER_STEP * this.#latency.meanMs) return;
    const inFlight = (step.finished / elapsedMs) * this.#latency.meanMs;
    const used = Math.min(this.#useful, inFlight * SPARE);
    if (this.#start === undefined) this.#adapt(used, Math.exp(step.logs / step.calls));
    else this.#begin(used, this.#start, step);
    this.#step = { beganAt: now, finished: 0, calls: 0, logs: 0 };
  }

  /** Calls to have in flight.
   *
   * @param allowedCallsPerSecond what the limits allow; undefined where nothing limits.
   */
  size(allowedCallsPerSecond: number | undefined): number {
    const { calls, meanMs } = this.#latency;
    let places = this.#useful;
    if (allowedCallsPerSecond !== undefined && calls >= CALLS_FOR_A_MEAN) {
      const inFlight = (allowedCallsPerSecond * meanMs) / 1_000;
      places = Math.min(places, inFlight + 2 * Math.sqrt(inFlight) + 1);
    }
    return Math.ceil(Math.min(this.#most, Math.max(LEAST, places)));
  }

  get #callsPerStep(): number {
    if (this.#start !== undefined) return LEAST_CALLS_PER_STEP;
    const calls = this.#latency.varianceOfLog / LARGEST_ERROR ** 2;
    return Math.min(MOST_CALLS_PER_STEP, Math.max(LEAST_CALLS_PER_STEP, calls));
  }

  /** Ends a step of the start, in which `used` places were used. */
  #begin(used: number, start: Start, { calls, logs }: Step): void {
    const error = Math.sqrt(this.#latency.varianceOfLog * (1 / calls + 1 / Math.max(1, start.calls)));
    const slowness = Math.max(CLEARLY_SLOW, Math.exp(START_ERRORS * error));
    const isSlow = Math.exp(logs / calls) > slowness * this.#baselineMs;
    // The baseline of the first steps may as well be what is wrong.
    if (!isSlow || start.calls <= 2 * LEAST_CALLS_PER_STEP) {
      start.calls += calls;
      start.logs += logs;
      this.#baselineMs = Math.exp(start.logs / start.calls);
    }
    if (isSlow) this.#useful = Math.max(LEAST, this.#useful / FIRST_STEP);
    else this.#useful = Math.min(this.#most, Math.max(this.#useful, used * FIRST_STEP));
    if ((isSlow && ++start.slowSteps === SLOW_STEPS_TO_END) || this.#useful === this.#most) {
      this.#start = undefined;
    }
  }

  /** Ends a later step, in which `used` places were used and calls took `typicalMs`. */
  #adapt(used: number, typicalMs: number): void {
    this.#baselineMs = Math.min(this.#baselineMs, typicalMs);
    const isTestDue = this.#isTestDue(typicalMs);
    const wanted = used * GROWTH * (this.#baselineMs / typicalMs) + Math.sqrt(used);
    const step = isTestDue ? FEWER : Math.min(MOST_STEP, Math.max(LEAST_STEP, wanted / this.#useful));
    this.#useful = Math.min(this.#most, Math.max(LEAST, this.#useful * step));
  }

  /** True if fewer calls are to be tried. Where calls are slow, this also judges the baseline once far fewer are out. */
  #isTestDue(typicalMs: number): boolean {
    if (typicalMs < this.#baselineMs * SLOW) {
      this.#slow = undefined;
      return false;
    }
    if (this.#slow === undefined || this.#useful > this.#slow.useful) {
      this.#slow = { useful: this.#useful, steps: this.#slow?.steps ?? 0, typicalMs };
    }
    const slow = this.#slow;
    if (this.#useful > slow.useful * FEWER) {
      slow.steps++;
      slow.typicalMs += (typicalMs - slow.typicalMs) / slow.steps;
      return slow.steps >= this.#stepsToTest;
    }
    if (typicalMs > slow.typicalMs * FASTER) this.#baselineMs = typicalMs;
    else this.#stepsToTest = Math.min(2 * this.#stepsToTest, MOST_STEPS_TO_TEST);
    this.#slow = undefined;
    return false;
  }
}

interface Step {
  readonly beganAt: number;
  finished: number;
  /** Of these, the calls that also started in the step, and the sum of their latencies' logarithms. */
  calls: number;
  logs: number;
}

/** Sums over the steps of the start. */
interface Start {
  calls: number;
  logs: number;
  slowSteps: number;
}

/** A time in which calls are slow: its most places, the steps with about as many, and what calls took in them. */
interface SlowTime {
  readonly useful: number;
  steps: number;
  typicalMs: number;
}
