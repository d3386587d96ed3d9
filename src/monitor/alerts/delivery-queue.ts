import type { Clock } from '../../limits/clock.js';
import type { Alert } from './alert.js';

/** The most alerts that wait, more than come and go in a night; past it, the oldest is dropped. */
const MOST_WAITING = 50;
const RETRY_AFTER_MS = 1_000;
/** How long the end of a run waits for its alerts to be delivered. */
const FLUSH_MS = 5_000;

/** Where alerts go. */
export interface AlertTarget {
  /** Its name in messages, without anything secret. */
  readonly shown: string;
  /** Limit of one try, in ms. */
  readonly timeoutMs: number;
  /** The most tries for one alert. */
  readonly attempts: number;
  /** @throws DeliveryError; soon, once `signal` is aborted. */
  deliver(alert: Alert, signal: AbortSignal): Promise<void>;
  /** Frees what it holds. */
  close(): Promise<void>;
}

/** An alert was not delivered. The message says why, and holds nothing secret. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly kind = 'delivery';
}

export interface DeliveryQueueOptions {
  readonly clock: Clock;
  /** Called when alerts do not arrive, once until one does. */
  readonly note: (message: string) => void;
}

/**
 * Delivers alerts to one target, one after the other, beside the run: `add` neither waits nor fails.
 */
export class DeliveryQueue {
  readonly #waiting: Alert[] = [];
  #work: Promise<void> | undefined;
  #breakOff = () => {};
  #isClosed = false;
  #isFailing = false;

  constructor(
    private readonly target: AlertTarget,
    private readonly options: DeliveryQueueOptions,
  ) {}

  add(alert: Alert): void {
    if (this.#isClosed) return;
    if (this.#waiting.length === MOST_WAITING) this.#waiting.shift();
    this.#waiting.push(alert);
    this.#work ??= this.#deliverAll();
  }

  /** Sends what waits, for five seconds at most, and frees the target. Never fails. */
  async close(): Promise<void> {
    const cancel = this.options.clock.after(FLUSH_MS, () => {
      this.#isClosed = true;
      this.#breakOff();
    });
    await this.#work;
    this.#isClosed = true;
    cancel();
    await this.target.close();
  }

  async #deliverAll(): Promise<void> {
    for (let alert = this.#waiting.shift(); alert !== undefined; alert = this.#waiting.shift()) {
      if (this.#isClosed) break;
      await this.#deliver(alert);
    }
    this.#work = undefined;
  }

  async #deliver(alert: Alert): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#try(alert);
        this.#isFailing = false;
        return;
      } catch (error) {
        if (attempt < this.target.attempts && !this.#isClosed) await this.#pause();
        if (attempt < this.target.attempts && !this.#isClosed) continue;
        this.#noteFailure(error);
        return;
      }
    }
  }

  async #try(alert: Alert): Promise<void> {
    const controller = new AbortController();
    const breakOff = () => controller.abort();
    const cancel = this.options.clock.after(this.target.timeoutMs, breakOff);
    this.#breakOff = breakOff;
    try {
      await this.target.deliver(alert, controller.signal);
    } finally {
      cancel();
      this.#breakOff = () => {};
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#breakOff = () => {};
        resolve();
      };
      const cancel = this.options.clock.after(RETRY_AFTER_MS, end);
      this.#breakOff = end;
    });
  }

  #noteFailure(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    // Other errors' messages may quote the secret address.
    const reason = error instanceof DeliveryError ? error.message : 'unexpected error';
    this.options.note(`an alert did not arrive at ${this.target.shown}: ${reason}; the run goes on`);
  }
}
