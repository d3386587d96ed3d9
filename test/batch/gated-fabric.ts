import { CallError, type CallErrorKind } from '../../src/fabric/call-error.js';
import type { Answer, Fabric, FabricCall, Reply } from '../../src/fabric/fabric.js';

interface Gate {
  readonly call: FabricCall;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** A fabric whose calls come back when a test says so. */
export class GatedFabric implements Fabric {
  /** The rows of all calls, in the order in which they went out. */
  readonly rows: number[] = [];
  maxInFlight = 0;
  closed = false;
  readonly #gates = new Map<number, Gate>();

  get inFlight(): number {
    return this.#gates.size;
  }

  get rowsInFlight(): number[] {
    return [...this.#gates.keys()];
  }

  run(call: FabricCall): Promise<Reply> {
    call.calls++;
    call.attempts++;
    this.rows.push(call.row);
    return new Promise((resolve, reject) => {
      this.#gates.set(call.row, { call, resolve, reject });
      this.maxInFlight = Math.max(this.maxInFlight, this.#gates.size);
    });
  }

  answer(row: number, answer: Answer = `answer ${row}`): void {
    this.#open(row).resolve({ answer, latencyMs: row });
  }

  fail(row: number, kind: CallErrorKind, message: string = kind): void {
    this.#open(row).reject(new CallError(kind, message));
  }

  failWith(row: number, error: Error): void {
    this.#open(row).reject(error);
  }

  /** Answers all calls in the air, in the order in which they went out. */
  answerAll(): void {
    for (const row of this.rowsInFlight) this.answer(row);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const row of this.rowsInFlight) this.fail(row, 'aborted');
  }

  #open(row: number): Gate {
    const gate = this.#gates.get(row);
    if (gate === undefined) throw new Error(`row ${row} is not in the air`);
    this.#gates.delete(row);
    return gate;
  }
}
