import { CallError } from '../../fabric/call-error.js';
import type { Fabric, FabricCall, Reply } from '../../fabric/fabric.js';
import type { OneAtATime } from '../redis/one-at-a-time.js';
import type { HeldBatch } from './held-batch.js';

export interface Holding {
  /** The batch of a row that may be started. */
  readonly batchOf: (row: number) => HeldBatch | undefined;
  /** Notes that a row is started, while it is. */
  readonly starts: (batch: HeldBatch, row: number) => void;
  /** Notes that a row is about to be started. */
  readonly started: (batch: HeldBatch, row: number) => Promise<void>;
  /** For the rows that may be what kills workers, of all runs. */
  readonly alone: OneAtATime;
}

/** The layer that notes each row's start, and starts none of a batch that is not this worker's any more. */
export class WhileHeld implements Fabric {
  constructor(
    private readonly next: Fabric,
    private readonly holding: Holding,
  ) {}

  async run(call: FabricCall): Promise<Reply> {
    const batch = this.#batchOf(call);
    if (!batch.isSuspect) {
      // A wait for the note would cost every row a round trip.
      this.holding.starts(batch, call.row);
      return this.next.run(call);
    }
    if (!batch.runsAlone(call.row)) return this.#runSuspect(call, batch);
    return this.holding.alone.run(() => this.#runSuspect(call, batch));
  }

  get inFlight(): number {
    return this.next.inFlight;
  }

  close(): Promise<void> {
    return this.next.close();
  }

  /** Its start stands in Redis before the call goes out: nobody might be left to say so afterwards. */
  async #runSuspect(call: FabricCall, batch: HeldBatch): Promise<Reply> {
    await this.holding.started(batch, call.row).catch(lost);
    this.#batchOf(call);
    return this.next.run(call);
  }

  #batchOf({ row }: FabricCall): HeldBatch {
    return held(this.holding.batchOf(row));
  }
}

/** @throws CallError `aborted` where the batch is not this worker's any more. */
export function held(batch: HeldBatch | undefined): HeldBatch {
  return batch === undefined || batch.isLost ? lost() : batch;
}

function lost(): never {
  throw new CallError('aborted', 'the batch is another worker’s now');
}
