import type { FinishedResult } from '../../fabric/row-result.js';
import type { Clock } from '../../limits/clock.js';
import type { JsonObject } from '../../rows/row.js';
import { counted, formatCount, formatDuration } from '../../wording/wording.js';
import type { RunName, RunWatch, StartFacts, StopFacts, WaitReason, WatchedCounts } from '../run-watch.js';
import type { AlertSettings } from '../watch-settings.js';
import type { Alert } from './alert.js';
import { BudgetUsed } from './budget-used.js';
import { type Condition, nothingObserved } from './condition.js';
import { type AlertTarget, DeliveryQueue } from './delivery-queue.js';
import { ErrorRate } from './error-rate.js';
import { RateLimited } from './rate-limited.js';
import { Slow } from './slow.js';
import { Stall } from './stall.js';

const EVERY_MS = 1_000;

export interface AlertWatchOptions {
  readonly settings: AlertSettings;
  readonly run: RunName;
  readonly targets: readonly AlertTarget[];
  readonly clock: Clock;
  /** Called with a line for the person where alerts do not arrive. */
  readonly note: (message: string) => void;
  /** Called with each alert when it is sent. */
  readonly onAlert?: (alert: Alert) => void;
}

/**
 * Evaluates the conditions of a run once a second, and sends an alert to all targets when one begins or ends. Rows are
 * only counted.
 */
export class AlertWatch implements RunWatch {
  readonly #observed = nothingObserved();
  readonly #rateLimited = new RateLimited();
  readonly #queues: readonly DeliveryQueue[];
  #conditions: readonly Condition[] = [];
  #counts: WatchedCounts | undefined;
  #isStopped = false;
  #cancel = () => {};

  constructor(private readonly options: AlertWatchOptions) {
    this.#queues = options.targets.map((target) => new DeliveryQueue(target, options));
  }

  started(_facts: StartFacts, counts: WatchedCounts): void {
    this.#counts = counts;
    this.#conditions = this.#conditionsFrom(this.options.clock.now());
    this.#evaluateLater();
  }

  rowFinished(result: FinishedResult): void {
    this.#observed.rows++;
    if (result.status === 'failed') this.#observed.failed++;
  }

  rowUnreadable(): void {
    this.#observed.rows++;
    this.#observed.failed++;
  }

  waiting(reason: WaitReason, ms: number): void {
    if (reason === 'service-pause') this.#rateLimited.pause(this.options.clock.now(), ms);
  }

  stopped(reason: StopFacts): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    const { kind, message } = reason;
    this.#send({ alert: 'stopped', state: 'firing', reason: { kind, message } }, `stopped: ${message}`);
  }

  ended(summary: JsonObject): void {
    this.#cancel();
    // A run may end within its first second.
    this.#evaluate();
    this.#conditions = [];
    if (this.options.settings.finish && !this.#isStopped)
      this.#send({ alert: 'finished', state: 'firing', summary }, finishedText(summary));
  }

  /** Waits until all has been sent, for five seconds at most. Never fails. */
  async close(): Promise<void> {
    this.#cancel();
    this.#conditions = [];
    await Promise.all(this.#queues.map((queue) => queue.close()));
  }

  #conditionsFrom(now: number): Condition[] {
    const { errorRate, slow, stallMs } = this.options.settings;
    const observed = this.#observed;
    return [
      ...(errorRate === undefined ? [] : [new ErrorRate(observed, errorRate)]),
      ...(slow === undefined ? [] : [new Slow(observed, slow.factor, slow.expectedMs, now)]),
      ...(stallMs === undefined ? [] : [new Stall(observed, stallMs, now)]),
      this.#rateLimited,
      new BudgetUsed(observed),
    ];
  }

  #evaluateLater(): void {
    this.#cancel = this.options.clock.after(EVERY_MS, () => {
      this.#evaluate();
      this.#evaluateLater();
    });
  }

  #evaluate(): void {
    const now = this.options.clock.now();
    // Read here, not per row: retries use the budget up too, and finish no row.
    this.#observed.budgetUsed = this.#counts?.budgetShare?.() ?? 0;
    for (const condition of this.#conditions) {
      const change = condition.evaluate(now);
      if (change === 'nothing') continue;
      const { alert, value, threshold } = condition;
      const words = condition.describe();
      const text = change === 'firing' ? words : `recovered: ${words}`;
      this.#send({ alert, state: change, value, threshold }, text);
    }
  }

  #send(
    what: Pick<Alert, 'alert' | 'state'> & Partial<Pick<Alert, 'value' | 'threshold' | 'reason' | 'summary'>>,
    words: string,
  ): void {
    const { run, clock, onAlert } = this.options;
    const { succeeded, failed } = this.#counts?.tally ?? { succeeded: 0, failed: 0 };
    const alert: Alert = {
      text: `batchai on ${run.host}, ${run.output === '-' ? run.input : run.output}: ${words}`,
      value: null,
      threshold: null,
      ...what,
      run: { ...run },
      rows: succeeded + failed,
      failed,
      at: new Date(clock.wallNow()).toISOString(),
    };
    onAlert?.(alert);
    for (const queue of this.#queues) queue.add(alert);
  }
}

function finishedText({ total, failed, elapsedMs }: JsonObject): string {
  return [
    'finished',
    ...(typeof total === 'number' ? [counted(total, 'row')] : []),
    ...(typeof failed === 'number' ? [`${formatCount(failed)} failed`] : []),
    ...(typeof elapsedMs === 'number' ? [formatDuration(elapsedMs)] : []),
  ].join(', ');
}
