import type { Clock } from '../../limits/clock.js';
import type { Limiter } from '../../limits/limiter.js';
import type { PausableLimiter } from '../../limits/pause.js';
import { SharedTurns, type SlotStore } from '../../limits/shared/shared-turns.js';

/** A limit that several processes keep to together, and the pauses that they tell each other of. */
export interface SharedLimit extends SlotStore {
  /** No call of anybody's starts before so many ms from now. */
  pauseAll(ms: number): Promise<void>;
  /** A call went out so many ms after its turn: what comes behind it keeps its distance. */
  startedLate(lateMs: number): void;
  /** Sets who hears how long nobody may start, in ms, whoever says so. */
  onPause(listener: (ms: number) => void): void;
}

/** A process's part in a limit that others share. */
export interface LimitShare {
  readonly turns: SharedTurns;
  /** The process's own limiter, whose pauses are everybody's. */
  readonly limiter: PausableLimiter;
}

/** Takes part in a limit: everybody's pauses become the own limiter's, and the other way round. */
export function shareLimit(limiter: Limiter, store: SharedLimit, clock: Clock): LimitShare {
  const turns = new SharedTurns(store, clock, () => limiter.pausedForMs);
  store.onPause((ms) => limiter.pauseFor(ms));
  return {
    turns,
    limiter: {
      get asked() {
        return limiter.asked;
      },
      get started() {
        return limiter.started;
      },
      probesRate: false,
      pauseFor(ms, by) {
        limiter.pauseFor(ms, by);
        // Whoever cannot be told meets the refusal himself.
        store.pauseAll(ms).catch(() => {});
      },
    },
  };
}
