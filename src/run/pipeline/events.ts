import { EventEmitter } from 'node:events';
import type { CallErrorKind } from '../../fabric/call-error.js';
import type { Answer } from '../../fabric/fabric.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import type { BatchApiNews } from '../../monitor/batch-api-news.js';
import type { LiveCounts } from '../../monitor/live-counts.js';
import type { RunNotice } from '../../monitor/run-notice.js';
import type { CheckpointFacts, RunWatch, StopFacts, WaitReason } from '../../monitor/run-watch.js';
import type { QueueNews } from '../../queue/protocol/queue-news.js';
import type { UnreadableRow } from '../../rows/row.js';
import type { RunStop } from '../control/stop.js';
import type { RunSummary } from '../outcome/summary.js';
import type { EnrichResult } from './enrich-result.js';
import type { PlanFacts } from './plan-facts.js';

/**
 * The arguments of each event's listeners.
 *
 * @example
 * enrich({ input, output, fabric }).on('checkpoint', ({ rowsCommitted }) => console.log(rowsCommitted));
 */
export interface EnrichEvents<R, A = Answer> {
  /** Everything is decided and checked; nothing was called yet. Of runs from file to file alone. */
  plan: [plan: PlanFacts];
  /** The first call is about to go out. The counts change while the run goes on. */
  started: [counts: LiveCounts];
  /** A row has a result, and it is safe: in the order in which rows finish. */
  row: [result: EnrichResult<R, A>];
  /** A record that cannot be parsed was put aside. */
  unreadable: [row: UnreadableRow];
  /** Another call will be made for the row, because of what became of the one before. */
  retry: [retry: { readonly kind: CallErrorKind; readonly row: number }];
  /** A checkpoint was saved. */
  checkpoint: [facts: CheckpointFacts];
  /** Calls wait, or have waited, for so many ms. */
  waiting: [wait: { readonly reason: WaitReason; readonly ms: number }];
  /** Something went wrong beside the work, and the run goes on. */
  notice: [notice: RunNotice];
  /** What happens to the batches of a run over a batch API. */
  batchApi: [news: BatchApiNews];
  /** What happens on the queue, where there is one. */
  queue: [news: QueueNews];
  /** The run stops before its last row, or has failed. */
  stopped: [reason: StopFacts];
  /** Nothing more will come. */
  ended: [summary: RunSummary];
}

type EventName = keyof EnrichEvents<unknown>;
type Listener<R, A, E extends EventName> = (...told: EnrichEvents<R, A>[E]) => void;

/**
 * Who listens to a run. Listeners are added before the run starts: in the turn of the event loop in which it was made.
 * What nobody listens to costs the run nothing. A listener that throws stops the run, with everything saved.
 */
export class RunEvents<R, A = Answer> {
  readonly #emitter = new EventEmitter();

  constructor(protected readonly stopping: RunStop) {}

  on<E extends EventName>(event: E, listener: Listener<R, A, E>): this {
    this.#emitter.on(event, listener);
    return this;
  }

  off<E extends EventName>(event: E, listener: Listener<R, A, E>): this {
    this.#emitter.off(event, listener);
    return this;
  }

  protected tell<E extends EventName>(event: E, ...told: EnrichEvents<R, A>[E]): void {
    try {
      this.#emitter.emit(event, ...told);
    } catch (error) {
      this.stopping.request({
        kind: 'failure',
        error: error instanceof Error ? error : new Error(String(error)),
      });
    }
  }

  /**
   * The watch that a run is given so that listeners hear of it; `resultOf` gives a result its row as listeners know it.
   * It lacks the methods of events that come once a row or call and that nothing listens to.
   */
  protected listeners(resultOf: (result: FinishedResult) => EnrichResult<R, A>): RunWatch {
    const hears = (event: EventName) => this.#emitter.listenerCount(event) > 0;
    return {
      started: (_facts, counts) => this.tell('started', counts),
      notice: (notice) => this.tell('notice', notice),
      queue: (news) => this.tell('queue', news),
      batchApi: (news) => this.tell('batchApi', news),
      ...(hears('row') && { rowFinished: (result) => this.tell('row', resultOf(result)) }),
      ...(hears('unreadable') && { rowUnreadable: (row) => this.tell('unreadable', row) }),
      ...(hears('retry') && { callRetried: (kind, row) => this.tell('retry', { kind, row }) }),
      ...(hears('checkpoint') && { checkpointSaved: (facts) => this.tell('checkpoint', facts) }),
      ...(hears('waiting') && { waiting: (reason, ms) => this.tell('waiting', { reason, ms }) }),
      ...(hears('stopped') && { stopped: (reason) => this.tell('stopped', reason) }),
    };
  }
}
