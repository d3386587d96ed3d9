import type { CallErrorKind } from '../../fabric/call-error.js';
import type { Spending } from '../../fabric/fabric.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import type { JsonObject } from '../../rows/row.js';
import type { Alert, AlertName } from '../alerts/alert.js';
import type {
  CheckpointFacts,
  RunWatch,
  StartFacts,
  StopFacts,
  WaitReason,
  WatchedCounts,
} from '../run-watch.js';
import { LatencyBuckets } from './latency-buckets.js';

export const METRICS_RUN_STATES = ['starting', 'running', 'finished', 'stopped'] as const;

export type MetricsRunState = (typeof METRICS_RUN_STATES)[number];

/**
 * A run's metrics since this process began, as plain numbers: a row costs a few additions. prometheus-text.ts makes
 * text of them at each scrape.
 */
export class Metrics implements RunWatch {
  state: MetricsRunState = 'starting';
  facts: StartFacts | undefined;
  counts: WatchedCounts | undefined;
  rowsStarted = 0;
  rowsCompleted = 0;
  /** By the kind of error; records that cannot be parsed as `unreadable`. */
  readonly rowsFailed = new Map<string, number>();
  readonly rowsReused = { run: 0, cache: 0, blank: 0, 'left-out': 0, filled: 0 };
  /** Of answered calls. */
  readonly latency = new LatencyBuckets();
  calls = 0;
  readonly retries = new Map<string, number>();
  readonly waitedMs: Record<WaitReason, number> = { 'rate-limit': 0, 'service-pause': 0, backoff: 0 };
  readonly spent = { input: 0, output: 0, cached: 0, cost: 0, unpriced: 0 };
  checkpoint: CheckpointFacts | undefined;
  readonly alertsFiring = new Map<AlertName, boolean>();
  #failed = 0;

  started(facts: StartFacts, counts: WatchedCounts): void {
    this.state = 'running';
    this.facts = facts;
    this.counts = counts;
  }

  rowStarted(): void {
    this.rowsStarted++;
  }

  rowFinished(result: FinishedResult): void {
    this.calls += result.calls;
    if (result.reused !== undefined) this.rowsReused[result.reused]++;
    if (result.spent !== undefined) this.#addSpent(result.spent);
    if (result.status === 'answered') {
      this.rowsCompleted++;
      if (result.reused === undefined && result.via === undefined) this.latency.add(result.latencyMs);
      return;
    }
    this.#failed++;
    addTo(this.rowsFailed, result.failure.kind);
  }

  rowUnreadable(): void {
    this.#failed++;
    addTo(this.rowsFailed, 'unreadable');
  }

  callRetried(kind: CallErrorKind): void {
    addTo(this.retries, kind);
  }

  waiting(reason: WaitReason, ms: number): void {
    this.waitedMs[reason] += ms;
  }

  checkpointSaved(facts: CheckpointFacts): void {
    this.checkpoint = facts;
  }

  alerted({ alert, state }: Alert): void {
    this.alertsFiring.set(alert, state === 'firing');
  }

  stopped(_reason: StopFacts): void {
    this.state = 'stopped';
  }

  ended(_summary: JsonObject): void {
    if (this.state !== 'stopped') this.state = 'finished';
  }

  /** Share of the budget, 0 to 1; undefined where there is no budget. */
  get budgetUsed(): number | undefined {
    return this.counts?.budgetShare?.();
  }

  /** Of the rows that have a result, 0 to 1; 1 as long as there are none. */
  get successRatio(): number {
    const rows = this.rowsCompleted + this.#failed;
    return rows === 0 ? 1 : this.rowsCompleted / rows;
  }

  #addSpent(spent: Spending): void {
    const total = this.spent;
    total.input += spent.input;
    total.output += spent.output;
    total.cached += spent.cached;
    total.cost += spent.cost;
    total.unpriced += spent.unpriced;
  }
}

function addTo(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}
