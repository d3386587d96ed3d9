import type { FabricCalls } from '../plan/call-plan.js';
import type { AskedRow } from './count-questions.js';
import { promptMeter } from './measure-prompts.js';
import { openTextCounters } from './text-counters.js';

/** What the prompts of a sample take. */
export interface PromptSample {
  /** Rows that were measured. */
  readonly rows: number;
  readonly tokens: number;
  /** Of the prompts alone; null where it is unknown. */
  readonly cost: number | null;
  /** With the longest answers that the parameters allow; null where it is unknown. */
  readonly mostCost: number | null;
}

/** Measures the prompts of some of the rows that go by. */
export interface PromptSampler {
  take(rows: readonly AskedRow[]): Promise<void>;
  sample(): PromptSample;
  close(): Promise<void>;
}

/** @param every measures each so many rows, up to `most` of them: a sample that is spread, and holds no row. */
export async function openPromptSampler(
  calls: FabricCalls,
  { every, most }: { readonly every: number; readonly most: number },
): Promise<PromptSampler> {
  // One thread: a sample takes less than starting others.
  const counters = openTextCounters(1, undefined);
  const meter = await promptMeter(calls, counters, '.');
  let seen = 0;
  let measured = 0;
  return {
    async take(rows) {
      for (const { inputs } of rows) {
        if (seen++ % every !== 0 || measured >= most) continue;
        measured++;
        for (const tokens of await meter.tokensOf([inputs])) meter.add(tokens);
      }
    },
    sample: () => ({ rows: measured, ...meter.totals() }),
    close: () => counters.close(),
  };
}
