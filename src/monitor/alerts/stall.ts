import { formatDuration } from '../../wording/wording.js';
import { type Change, type Condition, Latch, type Observed } from './condition.js';

/** Fires when no row has got a result for long, whatever the reason. */
export class Stall implements Condition {
  readonly alert = 'stall';
  value = 0;
  readonly #latch = new Latch();
  #rows: number;
  #progressAt: number;

  /**
   * @param stallMs time without a result after which it fires.
   * @param startedAt ms, monotonic.
   */
  constructor(
    private readonly observed: Observed,
    private readonly stallMs: number,
    startedAt: number,
  ) {
    this.#rows = observed.rows;
    this.#progressAt = startedAt;
  }

  get threshold(): number {
    return this.stallMs / 1000;
  }

  evaluate(now: number): Change {
    const { rows } = this.observed;
    const hasMoved = rows !== this.#rows;
    if (hasMoved) {
      this.#rows = rows;
      this.#progressAt = now;
    }
    const stillMs = now - this.#progressAt;
    this.value = stillMs / 1000;
    return this.#latch.turn(stillMs >= this.stallMs, hasMoved);
  }

  describe(): string {
    return this.#latch.isFiring
      ? `no row has finished for ${formatDuration(this.value * 1000)}`
      : 'rows are finishing again';
  }
}
