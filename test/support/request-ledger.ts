import { performance } from 'node:perf_hooks';

export type Inputs = Record<string, unknown>;

/** One call as the fake service saw it. */
export interface RecordedRequest {
  /** `performance.now()` when its headers arrived. */
  readonly at: number;
  readonly inputs: Inputs;
  readonly fabricId: string;
  readonly idempotencyKey: string | undefined;
  readonly authorization: string | undefined;
  /** The status it was answered with, from just before the answer was whole; null where it never was. */
  readonly status: number | null;
}

/** `key` is what the row is counted by; `at` the time of the event itself. */
export interface RequestEvent {
  event: 'arrived' | 'answered';
  at: number;
  key: string;
  request: RecordedRequest;
}

/** Counts what arrives and what becomes of it. */
export class RequestLedger {
  readonly requests: RecordedRequest[] = [];
  readonly #calls = new Map<string, number>();
  readonly #answered = new Map<string, number>();
  #inFlight = 0;
  #maxInFlight = 0;

  constructor(
    readonly keyColumn: string | undefined,
    private readonly observe: ((event: RequestEvent) => void) | undefined,
  ) {}

  get inFlight(): number {
    return this.#inFlight;
  }

  get maxInFlight(): number {
    return this.#maxInFlight;
  }

  calls(key: string): number {
    return this.#calls.get(key) ?? 0;
  }

  answered(key: string): number {
    return this.#answered.get(key) ?? 0;
  }

  /**
   * A call is in flight until its answer is handed to the socket, not until the socket is done with it:
   * by then the caller's next call may be here, and would count as one too many.
   */
  entered(): void {
    this.#inFlight += 1;
    this.#maxInFlight = Math.max(this.#maxInFlight, this.#inFlight);
  }

  left(): void {
    this.#inFlight -= 1;
  }

  /** Notes a call that was read whole, and gives what to say once it is answered. */
  arrived(request: Omit<RecordedRequest, 'status'>): RecordedCall {
    const key = this.keyOf(request.inputs);
    const recorded: { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] } = {
      ...request,
      status: null,
    };
    this.requests.push(recorded);
    const nthCall = increment(this.#calls, key);
    this.observe?.({ event: 'arrived', at: request.at, key, request: recorded });
    return {
      request: recorded,
      nthCall,
      answering: (status) => {
        recorded.status = status;
        if (status === 200) increment(this.#answered, key);
        this.observe?.({ event: 'answered', at: performance.now(), key, request: recorded });
      },
    };
  }

  private keyOf(inputs: Inputs): string {
    return this.keyColumn === undefined ? JSON.stringify(inputs) : String(inputs[this.keyColumn]);
  }
}

export interface RecordedCall {
  request: RecordedRequest;
  /** 1 for the first call of this row. */
  nthCall: number;
  answering(status: number): void;
}

function increment(counts: Map<string, number>, key: string): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}
