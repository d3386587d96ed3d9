import type { Clock } from '../../src/limits/clock.js';

export interface FakeClockOptions {
  /** How late the next timer fires, in ms. */
  readonly latenessMs?: () => number;
  /** The date and time at its beginning, in ms since 1970. */
  readonly wallStart?: number;
}

/** Time that moves only when a test says so. */
export class FakeClock implements Clock {
  #now = 0;
  /** The next one first. */
  #timers: { readonly at: number; readonly wake: () => void }[] = [];

  constructor(private readonly options: FakeClockOptions = {}) {}

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return (this.options.wallStart ?? 0) + this.#now;
  }

  after(ms: number, wake: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms) + (this.options.latenessMs?.() ?? 0), wake };
    const later = this.#timers.findIndex(({ at }) => at > timer.at);
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that have not fired. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Lets time pass: fires what falls due in it, in order, and lets everything that follows from it happen. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (;;) {
      const timer = this.#timers[0];
      if (timer === undefined || timer.at > until) break;
      this.#timers.shift();
      this.#now = timer.at;
      timer.wake();
      await settled();
    }
    this.#now = until;
  }
}

/** All that is promised has happened: no promise chain here is longer than one turn of the event loop. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
