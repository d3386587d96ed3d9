import { z } from 'zod';
import { HISTORY_VERSION, type HistorySnapshot } from '../run-history.js';

const inputs = z.array(z.tuple([z.string(), z.string()]));
const figures = z.record(z.string(), z.number());
const failure = z.object({ row: z.number(), message: z.string(), inputs });

const historyForm: z.ZodType<HistorySnapshot> = z.object({
  version: z.literal(HISTORY_VERSION),
  series: z.object({
    widthMs: z.number(),
    resumedAtMs: z.array(z.number()),
    intervals: z.array(
      z.object({ figures, failed: figures, latencySumMs: z.number(), latencies: z.array(z.number()) }),
    ),
  }),
  slowest: z.array(z.object({ row: z.number(), ms: z.number(), calls: z.number() })),
  samples: z.object({
    seen: z.number(),
    next: z.number(),
    weight: z.number(),
    rows: z.array(
      z.object({ row: z.number(), inputs, answer: z.string(), calls: z.number(), ms: z.number() }),
    ),
  }),
  failures: z.record(z.string(), z.array(failure)),
  stopped: z.string().exactOptional(),
});

/** The history in a value that was read; undefined where it is none that this version can read. */
export function historyIn(value: unknown): HistorySnapshot | undefined {
  return historyForm.safeParse(value).data;
}
