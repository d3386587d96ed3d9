/**
 * The longest idle time that is caught up with, in ms, and so the longest burst, counted in time. Where estimates
 * are uncertain, calls wait for the answers of others; without catching up, those tokens would stay unused.
 */
const CATCH_UP_MS = 2_000;

/** The longest wait for earlier calls, in ms: the span of TokenWindow. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Spaces calls evenly by their tokens, and corrects an estimate as soon as the usage is known.
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

  /** Counts a call that starts now, by the tokens that it is expected to take. */
  start(now: number, tokens: number): void {
    this.#due = Math.max(this.#due, now - CATCH_UP_MS);
    this.correct(now, tokens);
  }

  /** Adds the tokens that a started call takes beyond the expected ones; negative where it takes fewer. */
  correct(now: number, tokens: number): void {
    this.#due = Math.min(this.#due + tokens * this.#msPerToken, now + LONGEST_WAIT_MS);
  }
}
