import type { Clock } from '../clock.js';
import { WaitingLine } from '../pace/waiting-line.js';

/** Turns to start a call, timed from the moment of the reservation. */
export interface Reservation {
  /** When the first turn may start, in ms; where none was granted, when to ask again. */
  readonly startsInMs: number;
  /** The distance of the turns after it, in ms. */
  readonly everyMs: number;
  readonly granted: number;
  /** A turn that is later than this is left unused, in ms; MAX_LATENESS_MS where that is longer, or nothing is said. */
  readonly lateForMs?: number;
}

/** The store of a limit that several processes share. */
export interface TurnStore {
  /** False where there is no limit, and so no need to reserve. */
  readonly isLimited: boolean;
  /**
   * Reserves turns for up to `calls` calls, of about `tokens` tokens each. Their times run from the moment the
   * promise resolves; of an answer that was long on its way, the first ones may be over.
   */
  reserve(calls: number, tokens?: number): Promise<Reservation>;
  /** Adds the tokens that a call took beyond those reserved for it; negative where it took fewer. */
  settle(difference: number): void;
}

/** What processes that find a rate together tell each other. Times are those of the store's clock, in ms. */
export interface RateFinder {
  now(): number;
  /** A call starts now, which is this moment. */
  started(startedAt: number): void;
  /** The service took a call that started then. */
  taken(startedAt: number): void;
  /** It refused a call that started then as one too many. */
  refused(startedAt: number): void;
  /** A call waits for its turn. */
  heldBack(): void;
  /** The service's headers said what is left. */
  stated(left: { readonly remaining: number; readonly resetMs: number }): void;
}

/** A limit that several processes keep to together, and the pauses that they report to each other. */
export interface SharedLimit extends TurnStore {
  /** Undefined where the rate is stated, or there is none: nothing is to be found out. */
  readonly finder?: RateFinder | undefined;
  /** Starts no call of any process for `ms` ms. */
  pauseAll(ms: number): Promise<void>;
  /** Spaces unreserved turns from a call that went out `lateMs` ms after its turn. */
  startedLate(lateMs: number): void;
  /** Sets the listener for pauses of all processes, in ms; it is also called for a pause that is on already. */
  onPause(listener: (ms: number) => void): void;
}

/** The most turns reserved at a time: one round trip serves many calls. */
const MOST_AT_A_TIME = 256;

/**
 * A turn that is later than this is left unused where a rate is stated, in ms: together with the next turns, which are on time, it would
 * make a burst. It is less than the store leaves free in each second at 20 calls a second.
 */
export const MAX_LATENESS_MS = 20;

/** This process's turns under a shared limit: reserved some at a time, used one after another. */
export class SharedTurns {
  readonly #line = new WaitingLine<number>();
  #nextAt = 0;
  #everyMs = 0;
  #lateForMs = MAX_LATENESS_MS;
  /** Turns that are reserved and unused. */
  #left = 0;
  #isAsking = false;
  #cancelTimer: (() => void) | undefined;
  #closed: Error | undefined;

  constructor(
    private readonly store: TurnStore,
    private readonly clock: Clock,
    /** The time left of a pause, in ms; turns reserved during a pause are dropped. */
    private readonly pausedForMs: () => number,
  ) {}

  /**
   * Takes a turn for a call of about `tokens` tokens.
   *
   * @returns undefined where nothing is limited; otherwise a promise that rejects when the turns are closed.
   */
  take(tokens: number): Promise<void> | undefined {
    if (!this.store.isLimited) return undefined;
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const turn = this.#line.join(tokens);
    this.#admitDue();
    return turn;
  }

  /** Calls waiting for a turn. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Rejects all waiting calls and all later ones. */
  close(reason: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#cancelTimer?.();
    this.#line.turnAway(reason);
  }

  readonly #admitDue = (): void => {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const now = this.clock.now();
    if (this.pausedForMs() > 0) this.#left = 0;
    while (this.#left > 0 && this.#line.length > 0 && this.#nextAt <= now) {
      if (now - this.#nextAt <= this.#lateForMs) this.#line.admit();
      this.#nextAt += this.#everyMs;
      this.#left--;
    }
    if (this.#line.length === 0 || this.#closed !== undefined) return;
    if (this.#left > 0) this.#wakeIn(this.#nextAt - now);
    else if (!this.#isAsking) void this.#ask();
  };

  async #ask(): Promise<void> {
    const pauseMs = this.pausedForMs();
    if (pauseMs > 0) return this.#wakeIn(pauseMs);
    this.#isAsking = true;
    try {
      const wanted = Math.min(this.#line.length, MOST_AT_A_TIME);
      const { startsInMs, everyMs, granted, lateForMs } = await this.store.reserve(
        wanted,
        this.#line.first ?? 0,
      );
      this.#isAsking = false;
      this.#everyMs = everyMs;
      this.#lateForMs = Math.max(MAX_LATENESS_MS, lateForMs ?? 0);
      this.#left = granted;
      this.#nextAt = this.clock.now() + startsInMs;
      if (granted > 0) this.#admitDue();
      else this.#wakeIn(startsInMs);
    } catch (error) {
      this.close(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #wakeIn(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.clock.after(Math.max(0, ms), this.#admitDue);
  }
}
