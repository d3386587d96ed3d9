import { AFTER_REFUSALS } from './auto/ceiling-manners.js';
import { ProbedPacer } from './auto/probed-pacer.js';
import { RateProbe } from './auto/rate-probe.js';
import { EasedPace } from './pace/eased-pace.js';
import { Pacer } from './pace/pacer.js';
import type { RateLimit } from './pace/rate-limit.js';
import { SlowStart } from './pace/slow-start.js';
import { StartHistory } from './pace/start-history.js';

/**
 * All that spaces calls evenly; the slowest counts. The run's own rate stands from the start. Refusals add to it: of
 * single calls among many that are answered, a pace that is a little slower for a while; where they show that the service
 * has a limit, a pace that finds it, as `auto` does from the start.
 */
export class Paces {
  readonly #history = new StartHistory();
  readonly #own: Pacer | undefined;
  readonly #eased = new EasedPace();
  readonly #slowStart = new SlowStart();
  #probe: RateProbe | undefined;
  #found: ProbedPacer | undefined;
  /** The first call that a limit refused which is to be found. */
  #firstRefused: number | undefined;

  constructor(rate: RateLimit) {
    this.#own = typeof rate === 'string' ? undefined : new Pacer(rate);
    if (rate === 'auto') this.#find(new RateProbe(this.#history));
  }

  /** True if nothing spaces calls. */
  get isVoid(): boolean {
    if (this.#own !== undefined || this.#found !== undefined || !this.#slowStart.isOver) return false;
    return this.#eased.callsPerSecond === undefined;
  }

  /** True if the pace is found from `accepted` and `refused`, or will be from the next call on. */
  get isProbing(): boolean {
    return this.#probe !== undefined || this.#firstRefused !== undefined;
  }

  /** When the next call may start; at once if that is not after now. */
  get nextAt(): number {
    const ownAt = this.#own?.nextAt ?? Number.NEGATIVE_INFINITY;
    return Math.max(ownAt, this.#eased.nextAt, this.#slowStart.nextAt, this.#foundAt);
  }

  /** True if a call that may start at this moment has waited for the pace that is being found. */
  isFoundHolding(at: number): boolean {
    return this.#found !== undefined && at === this.#foundAt;
  }

  /** Counts a call that starts now. A found pace rises only while calls wait for it. */
  start(now: number, wasHeldBack: boolean): void {
    if (this.#firstRefused !== undefined) this.#findFrom(now, this.#firstRefused);
    if (this.#probe === undefined) this.#history.started(now);
    else this.#probe.started(now, wasHeldBack);
    this.#own?.start(now);
    this.#eased.start(now);
    this.#slowStart.start(now);
    this.#found?.start(now);
  }

  /** Spaces the next calls from now: a call that was counted `lateMs` ms ago starts now. */
  startedLate(now: number, lateMs: number): void {
    this.#own?.startedLate(now, lateMs);
    this.#eased.startedLate(now);
    this.#slowStart.startedLate(now);
    this.#found?.startedLate(now);
  }

  /** When the `nth` call (from 0) started, in ms. */
  startOf(nth: number): number {
    return this.#history.startOf(nth);
  }

  /** Records that the service took the `nth` call. */
  accepted(now: number, nth: number): void {
    this.#probe?.accepted(now, nth);
  }

  /** Records that the service refused the `nth` call as one too many. */
  refused(now: number, nth: number): void {
    if (this.#probe === undefined) this.#history.refused(nth);
    else this.#probe.refused(now, nth);
  }

  /** Slows down a little for the refusal of the `nth` call, unless the limit itself is being found. */
  ease(nth: number): void {
    if (this.#probe === undefined) this.#eased.ease(nth, this.#history.count, this.#history.latelyPerSecond);
  }

  /** Begins slowly after a pause, where no limit is being found. What `ease` did is over: more than single calls were refused. */
  pause(): void {
    this.#eased.reset();
    if (this.#probe === undefined) this.#slowStart.begin(this.#history.latelyPerSecond);
  }

  /**
   * Finds the service's limit from the next call on: it refused the `nth` call, and others after it. By then it is known
   * which of the calls in flight it refused as well.
   */
  showLimit(nth: number): void {
    if (this.#probe === undefined) this.#firstRefused ??= nth;
  }

  /** Calls that may start in a second at present; undefined where nothing spaces them. */
  get callsPerSecond(): number | undefined {
    const rates = [this.#own?.callsPerSecond, this.#eased.callsPerSecond, this.#found?.callsPerSecond];
    const known = rates.filter((rate) => rate !== undefined);
    return known.length > 0 ? Math.min(...known) : undefined;
  }

  get #foundAt(): number {
    return this.#found?.nextAt ?? Number.NEGATIVE_INFINITY;
  }

  #findFrom(now: number, firstRefused: number): void {
    this.#firstRefused = undefined;
    const probe = new RateProbe(this.#history, AFTER_REFUSALS);
    probe.refused(now, firstRefused);
    this.#find(probe);
  }

  #find(probe: RateProbe): void {
    this.#probe = probe;
    this.#found = new ProbedPacer(probe);
  }
}
