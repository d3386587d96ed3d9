import { CallError } from '../../src/fabric/call-error.js';
import type { Fabric, FabricCall, Reply, TokenUsage } from '../../src/fabric/fabric.js';
import type { FakeClock } from './fake-clock.js';

/** What becomes of a call: an error, or an answer; either after so many ms. */
export interface Outcome {
  readonly error?: Error;
  readonly afterMs?: number;
  readonly usage?: TokenUsage;
  /** It failed before it went out. */
  readonly isUnsent?: boolean;
}

/** Does with its n-th call (from 0) what it is told to; answers where it is told nothing. */
export class ScriptedFabric implements Fabric {
  /** Of each call, in ms of the clock. */
  readonly startedAt: number[] = [];
  inFlight = 0;
  closed = false;
  estimate?: NonNullable<Fabric['estimate']>;

  constructor(
    private readonly clock: FakeClock,
    private readonly script: (nth: number, call: FabricCall) => Outcome | undefined = () => undefined,
  ) {}

  async run(call: FabricCall): Promise<Reply> {
    const outcome = this.script(this.startedAt.length, call);
    this.startedAt.push(this.clock.now());
    if (outcome?.isUnsent !== true) call.calls++;
    this.inFlight++;
    const { error, afterMs = 0, usage } = outcome ?? {};
    if (afterMs > 0) await new Promise<void>((resolve) => this.clock.after(afterMs, resolve));
    this.inFlight--;
    if (error !== undefined) throw error;
    return { answer: 'answer', latencyMs: afterMs, ...(usage === undefined ? {} : { usage }) };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

export function aCall(row = 1): FabricCall {
  return { row, inputs: {}, calls: 0, attempts: 0 };
}

export const tooManyRequests = (retryAfterMs?: number) =>
  new CallError('rate-limit', 'the service answered 429', {
    status: 429,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
export const serverError = (status = 500) =>
  new CallError('server', `the service answered ${status}`, { status });
export const unreachable = () =>
  new CallError('unreachable', 'http://localhost:9/v1: cannot connect (ECONNREFUSED)');
