import type { EstimateRecord, Expected } from './estimate-record.js';

/** A minute, and the time by which a call may overtake an earlier one that had to open its connection. */
const WINDOW_MS = 60_300;

/** Calls that start within so many ms share an entry, which leaves the window with the last of them. */
const ENTRY_MS = 100;

/** The entries of a full window, and the one being written. */
const ENTRIES = Math.ceil(WINDOW_MS / ENTRY_MS) + 2;

/** The share of the limit that is used: the rest is for tokens that neither usage nor estimates have. */
const USED_SHARE = 0.9975;

/** The factor for estimates that no ended call has confirmed yet. */
const UNTRIED_BIAS = 3;

/** Tokens of calls: taken by those that ended, and estimated for those in flight. */
interface Sums {
  settled: number;
  pending: number;
  deviation: number;
  variance: number;
}

interface Entry extends Sums {
  openedAt: number;
  lastStart: number;
}

/**
 * Keeps a token limit: the calls that started in any minute never take more. Calls in flight count as estimated,
 * with headroom for the error of all estimates together (see EstimateRecord). A call larger than the limit goes
 * when nothing else is in the window.
 *
 * Memory is bounded by the window's length, whatever the number of calls: entries of 100 ms sum them up, and each
 * counts until its last call is a minute old.
 */
export class TokenWindow {
  readonly #entries: Entry[] = [];
  readonly #total: Sums = { settled: 0, pending: 0, deviation: 0, variance: 0 };
  /** Entries are numbered; `#next` is the number of the one after the last. */
  #oldest = 0;
  #next = 0;

  constructor(
    private readonly tokensPerMinute: number,
    private readonly record: EstimateRecord,
  ) {}

  /** When this call may start if no call in flight ends before; `now` where it may start at once. */
  nextAt(now: number, call: Expected): number {
    this.#forget(now);
    const limit = this.tokensPerMinute * USED_SHARE;
    const left: Sums = { ...this.#total };
    let at = now;
    for (let number = this.#oldest; number < this.#next; number++) {
      if (this.#withNext(left, call) <= limit) return at;
      const entry = this.#entry(number);
      at = entry.lastStart + WINDOW_MS;
      add(left, entry, -1);
    }
    return at;
  }

  /** Counts a call that starts now, and returns the number of its entry. */
  start(now: number, { tokens, deviation }: Expected): number {
    if (this.#next === this.#oldest || now - this.#entry(this.#next - 1).openedAt >= ENTRY_MS)
      this.#open(now);
    const entry = this.#entry(this.#next - 1);
    entry.lastStart = now;
    this.#add(entry, { settled: 0, pending: tokens, deviation, variance: deviation ** 2 });
    return this.#next - 1;
  }

  /** Replaces what was expected of a call, in this entry, by the tokens that it took. */
  settle(number: number, { tokens, deviation }: Expected, taken: number): void {
    if (number < this.#oldest) return;
    const ended = { settled: taken, pending: -tokens, deviation: -deviation, variance: -(deviation ** 2) };
    this.#add(this.#entry(number), ended);
  }

  /** The tokens of a window with these calls and the next one, headroom included. */
  #withNext({ settled, pending, deviation, variance }: Sums, next: Expected): number {
    const { bias, isTried } = this.record;
    const headroom = this.record.headroom(deviation + next.deviation, variance + next.deviation ** 2);
    return settled + (bias * (pending + next.tokens) + headroom) * (isTried ? 1 : UNTRIED_BIAS);
  }

  #forget(now: number): void {
    while (this.#oldest < this.#next) {
      const entry = this.#entry(this.#oldest);
      if (entry.lastStart + WINDOW_MS > now) return;
      add(this.#total, entry, -1);
      this.#oldest++;
    }
    // Clears what roundings have added up to.
    Object.assign(this.#total, NOTHING);
  }

  #open(now: number): void {
    this.#entries[this.#next % ENTRIES] = { ...NOTHING, openedAt: now, lastStart: now };
    this.#next++;
  }

  #entry(number: number): Entry {
    const entry = this.#entries[number % ENTRIES];
    if (entry === undefined) throw new RangeError(`no entry ${number}`);
    return entry;
  }

  #add(entry: Entry, change: Sums): void {
    add(entry, change, 1);
    add(this.#total, change, 1);
  }
}

const NOTHING: Sums = { settled: 0, pending: 0, deviation: 0, variance: 0 };

function add(to: Sums, change: Sums, sign: 1 | -1): void {
  to.settled += sign * change.settled;
  to.pending += sign * change.pending;
  to.deviation += sign * change.deviation;
  to.variance += sign * change.variance;
}
