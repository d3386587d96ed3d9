import type { CallError } from '../fabric/call-error.js';
import { pauseMs } from './retry-policy.js';

/** A run that gets no answer for so long has more wrong with it than a busy service. */
export const GIVE_UP_AFTER_MS = 15 * 60 * 1_000;

/**
 * What is known of a service that refuses everybody: since when, and in which round.
 * Fifty calls in the air that are all refused are one round, not fifty.
 */
export class Outage {
  #everAnswered = false;
  #refusedSince: number | undefined;
  #rounds = 0;
  #roundStartedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly roundsBeforeFirstAnswer: number,
    private readonly random: () => number,
  ) {}

  answered(): void {
    this.#everAnswered = true;
    this.#refusedSince = undefined;
    this.#rounds = 0;
  }

  /** The service never answered anything, and the rounds that are allowed for that are over. */
  isHopeless(): boolean {
    return !this.#everAnswered && this.#rounds > this.roundsBeforeFirstAnswer;
  }

  /** Nothing but refusals for too long. */
  isTooLong(now: number): boolean {
    return this.#refusedSince !== undefined && now - this.#refusedSince >= GIVE_UP_AFTER_MS;
  }

  /** A call failed in a way that may be the service's. */
  failed(now: number): void {
    this.#refusedSince ??= now;
  }

  /**
   * A call was refused, as everybody's will be.
   *
   * @param startedAt when the call began to wait for its turn, in ms.
   * @returns the pause for everybody, in ms; undefined where the refusal belongs to a round that has one.
   */
  refused(error: CallError, startedAt: number, now: number): number | undefined {
    this.failed(now);
    const asked = error.details.retryAfterMs;
    const isNewRound = startedAt >= this.#roundStartedAt;
    if (isNewRound) {
      this.#rounds++;
      this.#roundStartedAt = now;
    }
    if (asked !== undefined) return asked;
    return isNewRound ? pauseMs(this.#rounds, this.random) : undefined;
  }
}
