import { formatPercent } from '../../wording/wording.js';
import { type Change, type Condition, Latch, WELL_BELOW } from './condition.js';

const WINDOW_MS = 10 * 60_000;
/** Share of the window in pauses, five minutes of ten: an occasional pause is normal. */
const SHARE = 0.5;

interface Pause {
  readonly start: number;
  end: number;
}

/** Fires when the service has paused all calls for much of the last ten minutes. */
export class RateLimited implements Condition {
  readonly alert = 'rate-limited';
  readonly threshold = SHARE;
  value = 0;
  readonly #latch = new Latch();
  /** In order, without overlaps. */
  readonly #pauses: Pause[] = [];

  /** Records that all calls wait for `ms` ms from now on; pauses may overlap. */
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
    return `the service has held all calls up for ${formatPercent(this.value)} of the last 10 minutes (limit ${formatPercent(SHARE)})`;
  }
}
