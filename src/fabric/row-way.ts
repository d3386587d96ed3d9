import { CallError } from './call-error.js';
import type { Fabric, FabricCall, Inputs, Reply, Spending, StepRecord } from './fabric.js';
import { addSpending } from './spending.js';

/** A row's way through several fabrics: what each of its steps took is noted on the row's own call. */
export class RowWay {
  /** What was taken and is kept with no step. */
  #notKept: { readonly calls: number; readonly attempts: number; readonly spent: Spending | undefined } = {
    calls: 0,
    attempts: 0,
    spent: undefined,
  };

  constructor(private readonly call: FabricCall) {}

  /** Makes a separate call for the row, and notes its usage whether it succeeds or fails. */
  async ask(by: StepRecord['by'], fabric: Fabric, inputs: Inputs, variant?: string): Promise<Reply> {
    const { call } = this;
    const own: FabricCall = {
      row: call.row,
      inputs,
      calls: 0,
      attempts: 0,
      ...(variant === undefined ? {} : { variant }),
      ...(call.attached === undefined ? {} : { attached: call.attached }),
    };
    let answeredInMs: number | undefined;
    try {
      const reply = await fabric.run(own);
      answeredInMs = reply.latencyMs;
      return reply;
    } finally {
      call.calls += own.calls;
      call.attempts += own.attempts;
      const spent = addSpending(call.spent, own.spent);
      if (spent !== undefined) call.spent = spent;
      if (own.isKept !== true) this.#noteNotKept(own);
      if (own.calls > 0) this.#note(by, own, answeredInMs);
    }
  }

  #noteNotKept({ calls, attempts, spent }: FabricCall): void {
    const before = this.#notKept;
    this.#notKept = {
      calls: before.calls + calls,
      attempts: before.attempts + attempts,
      spent: addSpending(before.spent, spent),
    };
  }

  #note(by: StepRecord['by'], { calls, spent }: FabricCall, answeredInMs: number | undefined): void {
    const step: StepRecord = {
      by,
      calls,
      ...(spent === undefined ? {} : { spent }),
      ...(answeredInMs === undefined ? {} : { answeredInMs: Math.round(answeredInMs * 1000) / 1000 }),
    };
    this.call.tiers = { steps: [...(this.call.tiers?.steps ?? []), step] };
  }

  /** The run stops: what is kept with a step counts when the row has its result. */
  forgetKept(): void {
    const { call } = this;
    const { calls, attempts, spent } = this.#notKept;
    call.calls = calls;
    call.attempts = attempts;
    if (spent === undefined) delete call.spent;
    else call.spent = spent;
  }
}

/** Whether an error is about one row alone: the run goes on. */
export function isOfRow(error: unknown): error is CallError {
  return error instanceof CallError && !error.stopsRun && error.kind !== 'aborted';
}
