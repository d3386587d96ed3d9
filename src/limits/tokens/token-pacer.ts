/**
 * So much of a time in which fewer tokens went out than might have is caught up with, in ms: where estimates
 * are uncertain, calls wait for the answers of others, and what is lost with it would never be used. It is also
 * the longest burst, counted in time.
 */
const CATCH_UP_MS = 2_000;

/** Nobody is held up for longer by what went out before, in ms: no window holds more (see TokenWindow). */
const LONGEST_WAIT_MS = 60_000;

/**
 * Spaces calls evenly by their tokens, and puts right what was wrong in an estimate as soon as it is known.
 * The Generic Cell Rate Algorithm (ITU-T I.371, Annex A) with tokens for cells, and a burst tolerance.
 */
export class TokenPacer {
  readonly #msPerToken: number;
  #due = Number.NEGATIVE_INFINITY;

  constructor(tokensPerMinute: number) {
    this.#msPerToken = 60_000 / tokensPerMinute;
  }

  /** When the next call may start; may be long ago. */
  get nextAt(): number {
    return this.#due;
  }

  /** A call starts now that is expected to take so many tokens. */
  start(now: number, tokens: number): void {
    this.#due = Math.max(this.#due, now - CATCH_UP_MS);
    this.correct(now, tokens);
  }

  /** A call that has started takes so many tokens more than was expected; fewer where that is negative. */
  correct(now: number, tokens: number): void {
    this.#due = Math.min(this.#due + tokens * this.#msPerToken, now + LONGEST_WAIT_MS);
  }
}
