import type { Clock } from '../clock.js';
import { WaitingLine } from '../pace/waiting-line.js';

/** Turns to start a call, all counted from the moment at which they are given. */
export interface Reservation {
  /** When the first of them may start, in ms; where none was granted, when to ask again. */
  readonly startsInMs: number;
  /** The rest follow at this distance, in ms. */
  readonly everyMs: number;
  readonly granted: number;
}

/** Where several processes have one limit together. */
export interface SlotStore {
  /** Without a limit nobody has to ask. */
  readonly isLimited: boolean;
  /**
   * Reserves turns for up to `calls` calls, of about `tokens` tokens each. Their times run from the moment the
   * promise resolves; of an answer that was long on its way, the first ones may be over.
   */
  reserve(calls: number, tokens?: number): Promise<Reservation>;
  /** Says by how many tokens calls differed from what was reserved for them; fewer are negative. */
  settle(difference: number): void;
}

/** A limit that several processes keep to together, and the pauses that they tell each other of. */
export interface SharedLimit extends SlotStore {
  /** No call of any process starts before so many ms from now. */
  pauseAll(ms: number): Promise<void>;
  /** A call went out so many ms after its turn: what is not reserved yet keeps its distance from it. */
  startedLate(lateMs: number): void;
  /** Sets who hears for how many ms no process may start a call; also of a pause that is on already. */
  onPause(listener: (ms: number) => void): void;
}

/** Turns asked for at a time: a round trip serves many calls. */
const MOST_AT_A_TIME = 256;

/**
 * A turn that is later than this is not used any more, in ms: together with the next ones, which are in time,
 * it would make a burst. It is less than what the store leaves free in each second at 20 calls a second.
 */
const MAX_LATENESS_MS = 20;

/** The turns of this process under a limit that others share: reserved some at a time, used one after another. */
export class SharedTurns {
  readonly #line = new WaitingLine<number>();
  #nextAt = 0;
  #everyMs = 0;
  /** Reserved and not used. */
  #left = 0;
  #isAsking = false;
  #cancelTimer: (() => void) | undefined;
  #closed: Error | undefined;

  constructor(
    private readonly store: SlotStore,
    private readonly clock: Clock,
    /** How long nobody may start at present, in ms: what is reserved meanwhile is not used. */
    private readonly pausedForMs: () => number,
  ) {}

  /**
   * Takes a turn for a call of about so many tokens. Undefined: nothing is limited. It rejects when the turns
   * are closed.
   */
  take(tokens: number): Promise<void> | undefined {
    if (!this.store.isLimited) return undefined;
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const turn = this.#line.join(tokens);
    this.#admitDue();
    return turn;
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Rejects all that wait, and all that will ever ask. */
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
      if (now - this.#nextAt <= MAX_LATENESS_MS) this.#line.admit();
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
      const { startsInMs, everyMs, granted } = await this.store.reserve(wanted, this.#line.first ?? 0);
      this.#isAsking = false;
      this.#everyMs = everyMs;
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
