import { type Change, type Condition, Latch, WELL_BELOW } from './condition.js';
import { percent } from './percent.js';

const WINDOW_MS = 10 * 60_000;
/** Five minutes of ten: a service that asks for a pause now and then is no news. */
const SHARE = 0.5;

interface Pause {
  readonly start: number;
  end: number;
}

/** The service has held up all calls for much of the last ten minutes. */
export class RateLimited implements Condition {
  readonly alert = 'rate-limited';
  readonly threshold = SHARE;
  value = 0;
  readonly #latch = new Latch();
  /** In order, none of which touch. */
  readonly #pauses: Pause[] = [];

  /** All calls wait for so many ms from now on; pauses may overlap. */
  pause(now: number, ms: number): void {
    const last = this.#pauses.at(-1);
    if (last !== undefined && last.end >= now) last.end = Math.max(last.end, now + ms);
    else this.#pauses.push({ start: now, end: now + ms });
  }

  evaluate(now: number): Change {
    const from = now - WINDOW_MS;
    while ((this.#pauses[0]?.end ?? now) <= from) this.#pauses.shift();
    let heldMs = 0;
    for (const { start, end } of this.#pauses) heldMs += Math.min(end, now) - Math.max(start, from);
    this.value = heldMs / WINDOW_MS;
    return this.#latch.turn(this.value >= SHARE, this.value < SHARE * WELL_BELOW);
  }

  describe(): string {
    return `the service has held all calls up for ${percent(this.value)} of the last 10 minutes (limit ${percent(SHARE)})`;
  }
}
