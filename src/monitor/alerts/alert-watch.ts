import type { FinishedResult } from '../../fabric/row-result.js';
import type { Clock } from '../../limits/clock.js';
import type { JsonObject } from '../../rows/row.js';
import type { RunName, RunWatch, StartFacts, StopFacts, WaitReason, WatchedCounts } from '../run-watch.js';
import { formatCount, formatDuration } from '../wording.js';
import type { Alert } from './alert.js';
import type { AlertSettings } from './alert-settings.js';
import { BudgetUsed } from './budget.js';
import type { Condition } from './condition.js';
import { ErrorRate } from './error-rate.js';
import { nothingObserved } from './observed.js';
import { type AlertTarget, Outbox } from './outbox.js';
import { RateLimited } from './rate-limited.js';
import { Slow } from './slow.js';
import { Stall } from './stall.js';

const EVERY_MS = 1_000;

export interface AlertWatchOptions {
  readonly settings: AlertSettings;
  readonly run: RunName;
  readonly targets: readonly AlertTarget[];
  readonly clock: Clock;
  /** Hears that alerts do not arrive. */
  readonly note: (message: string) => void;
  /** Hears each alert when it is sent. */
  readonly heard?: (alert: Alert) => void;
}

/**
 * Looks at a run once a second, and tells its targets what is wrong, and when it no longer is. The rows themselves
 * are only counted.
 */
export class AlertWatch implements RunWatch {
  readonly #observed = nothingObserved();
  readonly #rateLimited = new RateLimited();
  readonly #outboxes: readonly Outbox[];
  #conditions: readonly Condition[] = [];
  #counts: WatchedCounts | undefined;
  #isStopped = false;
  #cancel = () => {};

  constructor(private readonly options: AlertWatchOptions) {
    this.#outboxes = options.targets.map((target) => new Outbox(target, options));
  }

  started(_facts: StartFacts, counts: WatchedCounts): void {
    this.#counts = counts;
    this.#conditions = this.#conditionsFrom(this.options.clock.now());
    this.#lookLater();
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
    this.#tell({ alert: 'stopped', state: 'firing', reason: { kind, message } }, `stopped: ${message}`);
  }

  ended(summary: JsonObject): void {
    this.#cancel();
    // A run may be over before it was looked at once.
    this.#look();
    this.#conditions = [];
    if (this.options.settings.finish && !this.#isStopped)
      this.#tell({ alert: 'finished', state: 'firing', summary }, finishedText(summary));
  }

  /** Waits until all has been sent, for five seconds at most. Never fails. */
  async close(): Promise<void> {
    this.#cancel();
    this.#conditions = [];
    await Promise.all(this.#outboxes.map((outbox) => outbox.close()));
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

  #lookLater(): void {
    this.#cancel = this.options.clock.after(EVERY_MS, () => {
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    const now = this.options.clock.now();
    // Calls that are made again use it up too, and finish no row.
    this.#observed.budgetUsed = this.#counts?.budgetShare?.() ?? 0;
    for (const condition of this.#conditions) {
      const change = condition.evaluate(now);
      if (change === 'nothing') continue;
      const { alert, value, threshold } = condition;
      const words = condition.describe();
      const text = change === 'firing' ? words : `recovered: ${words}`;
      this.#tell({ alert, state: change, value, threshold }, text);
    }
  }

  #tell(
    what: Pick<Alert, 'alert' | 'state'> & Partial<Pick<Alert, 'value' | 'threshold' | 'reason' | 'summary'>>,
    words: string,
  ): void {
    const { run, clock, heard } = this.options;
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
    heard?.(alert);
    for (const outbox of this.#outboxes) outbox.add(alert);
  }
}

function finishedText({ total, failed, elapsedMs }: JsonObject): string {
  return [
    'finished',
    ...(typeof total === 'number' ? [`${formatCount(total)} rows`] : []),
    ...(typeof failed === 'number' ? [`${formatCount(failed)} failed`] : []),
    ...(typeof elapsedMs === 'number' ? [formatDuration(elapsedMs)] : []),
  ].join(', ');
}
