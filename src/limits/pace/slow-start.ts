/** The pace after a pause, as a share of that before it. */
const FIRST_SHARE = 1 / 16;

/** The time in which it doubles, in ms. */
const DOUBLING_MS = 200;

/**
 * The pace after a pause: one call goes ahead, and those after it come faster and faster, from a sixteenth of the pace
 * before the pause to all of it within a second. If the service takes a few calls and then refuses again, few are in
 * flight by then. (RFC 5681: TCP's slow start.)
 */
export class SlowStart {
  /** Calls per second before the pause; 0 where there was none. */
  #full = 0;
  /** Calls since the pause. */
  #calls = 0;
  /** When the second of them started, in ms. */
  #from = 0;
  #nextAt = Number.NEGATIVE_INFINITY;

  /** Begins after a pause. `inUse`: calls a second before it. */
  begin(inUse: number): void {
    // A second pause before the second call leaves the pace before the first one as it was.
    if (this.#full === 0 || this.#calls > 1) this.#full = inUse;
    this.#calls = 0;
  }

  get isOver(): boolean {
    return this.#full === 0;
  }

  /** When the next call may start; at once if that is not after now. */
  get nextAt(): number {
    return this.#full === 0 || this.#calls < 2 ? Number.NEGATIVE_INFINITY : this.#nextAt;
  }

  /** Counts a call that starts now. */
  start(now: number): void {
    if (this.#full === 0) return;
    this.#calls++;
    if (this.#calls < 2) return;
    if (this.#calls === 2) this.#from = now;
    const callsPerSecond = this.#paceAt(now);
    if (this.#calls > 2 && callsPerSecond >= this.#full) {
      this.#full = 0;
      return;
    }
    this.#nextAt = now + nextAfterMs(callsPerSecond);
  }

  /** A call that was counted starts only now. */
  startedLate(now: number): void {
    if (this.#full > 0 && this.#calls >= 2) this.#nextAt = now + nextAfterMs(this.#paceAt(now));
  }

  #paceAt(now: number): number {
    return this.#full * FIRST_SHARE * 2 ** ((now - this.#from) / DOUBLING_MS);
  }
}

/** The time until the next call at a pace that doubles meanwhile, in ms: the integral of the pace over it is one call. */
function nextAfterMs(callsPerSecond: number): number {
  return DOUBLING_MS * Math.log2(1 + (Math.LN2 * 1_000) / (callsPerSecond * DOUBLING_MS));
}
