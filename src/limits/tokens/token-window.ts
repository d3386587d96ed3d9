import type { EstimateRecord, Expected } from './estimate-record.js';

/** A minute, and by how much a call may be faster on its way to the service than an earlier one (a new connection). */
const WINDOW_MS = 60_300;

/** Calls that start within so many ms share an entry. It leaves the window with the last of them. */
const SLOT_MS = 100;

/** As many entries as can be in the window, and the one being written. */
const SLOTS = Math.ceil(WINDOW_MS / SLOT_MS) + 2;

/** Room for what is neither in usage nor estimates. */
const USED_SHARE = 0.9975;

/** Before estimates are tried, calls may be thrice as large as they say. */
const UNTRIED_BIAS = 3;

/** What calls took, and what those take that are still under way, as their estimates say. */
interface Sums {
  settled: number;
  pending: number;
  deviation: number;
  variance: number;
}

interface Slot extends Sums {
  openedAt: number;
  lastStart: number;
}

/**
 * Keeps the law of a token limit: what the calls took that started in any minute is never above it. Calls
 * under way count as estimated, with headroom for what all the estimates together may be off (see
 * EstimateRecord). A call that is larger than the limit goes when nothing else is in the window.
 *
 * Its memory is bounded by the window's length, whatever the number of calls: they are summed up in entries of
 * 100 ms, each of which counts until its last call is a minute old.
 */
export class TokenWindow {
  readonly #slots: Slot[] = [];
  readonly #total: Sums = { settled: 0, pending: 0, deviation: 0, variance: 0 };
  /** Entries are numbered; `#next` is the number of the one after the last. */
  #oldest = 0;
  #next = 0;

  constructor(
    private readonly tokensPerMinute: number,
    private readonly record: EstimateRecord,
  ) {}

  /** When this call may start if until then none under way ends; now, if at once. */
  nextAt(now: number, call: Expected): number {
    this.#forget(now);
    const limit = this.tokensPerMinute * USED_SHARE;
    const left: Sums = { ...this.#total };
    let at = now;
    for (let number = this.#oldest; number < this.#next; number++) {
      if (this.#withNext(left, call) <= limit) return at;
      const slot = this.#slot(number);
      at = slot.lastStart + WINDOW_MS;
      add(left, slot, -1);
    }
    return at;
  }

  /** A call starts now. Gives the number of its entry. */
  start(now: number, { tokens, deviation }: Expected): number {
    if (this.#next === this.#oldest || now - this.#slot(this.#next - 1).openedAt >= SLOT_MS) this.#open(now);
    const slot = this.#slot(this.#next - 1);
    slot.lastStart = now;
    this.#add(slot, { settled: 0, pending: tokens, deviation, variance: deviation ** 2 });
    return this.#next - 1;
  }

  /** The call of this entry, of which so much was expected, took so many tokens. */
  settle(number: number, { tokens, deviation }: Expected, taken: number): void {
    if (number < this.#oldest) return;
    const ended = { settled: taken, pending: -tokens, deviation: -deviation, variance: -(deviation ** 2) };
    this.#add(this.#slot(number), ended);
  }

  /** What a window with these calls and the next one comes to, if it comes to much. */
  #withNext({ settled, pending, deviation, variance }: Sums, next: Expected): number {
    const { bias, isTried } = this.record;
    const headroom = this.record.headroom(deviation + next.deviation, variance + next.deviation ** 2);
    return settled + (bias * (pending + next.tokens) + headroom) * (isTried ? 1 : UNTRIED_BIAS);
  }

  #forget(now: number): void {
    while (this.#oldest < this.#next) {
      const slot = this.#slot(this.#oldest);
      if (slot.lastStart + WINDOW_MS > now) return;
      add(this.#total, slot, -1);
      this.#oldest++;
    }
    // Nothing is left of what roundings added up to.
    Object.assign(this.#total, NOTHING);
  }

  #open(now: number): void {
    this.#slots[this.#next % SLOTS] = { ...NOTHING, openedAt: now, lastStart: now };
    this.#next++;
  }

  #slot(number: number): Slot {
    const slot = this.#slots[number % SLOTS];
    if (slot === undefined) throw new RangeError(`no entry ${number}`);
    return slot;
  }

  #add(slot: Slot, change: Sums): void {
    add(slot, change, 1);
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
