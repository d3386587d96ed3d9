import type { Clock } from '../../limits/clock.js';
import type { Limiter } from '../../limits/limiter.js';
import type { PausableLimiter } from '../../limits/pause.js';
import { type SharedLimit, SharedTurns } from '../../limits/shared/shared-turns.js';

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
      // What refusals tell of the rate, all processes find together.
      probesRate: store.finder !== undefined,
      get isInDoubt() {
        return limiter.isInDoubt;
      },
      taken: (nth) => limiter.taken(nth),
      refused: (nth) => limiter.refused(nth),
      ease: (nth) => {
        if (store.finder === undefined) limiter.ease(nth);
      },
      doubt: (nth) => limiter.doubt(nth),
      showLimit: (nth) => {
        if (store.finder === undefined) limiter.showLimit(nth);
      },
      pauseFor(ms, by) {
        limiter.pauseFor(ms, by);
        // Whoever cannot be told meets the refusal himself.
        store.pauseAll(ms).catch(() => {});
      },
    },
  };
}
