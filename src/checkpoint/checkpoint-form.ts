import { z } from 'zod';

const count = z.number().int().nonnegative();
const object = z.looseObject({});
const sum = z.object({ crc: count, tailCrc: count });

/** What `checkpoint.json` has to hold, whatever else is in it. */
export const checkpointForm = z.object({
  version: z.literal(1),
  runId: z.string(),
  state: z.enum(['running', 'finishing', 'finished']),
  identity: object,
  settings: object,
  rowsCommitted: count,
  inputOffset: count,
  inputLine: count,
  inputCrc: count,
  inputStat: z
    .object({
      size: z.number(),
      mtimeMs: z.number(),
      ctimeMs: z.number().optional(),
      ino: z.number().optional(),
    })
    .optional(),
  ahead: z.object({ rowsCommitted: count, inputOffset: count, counts: object }).optional(),
  outputOffset: count,
  outputSum: sum.optional(),
  outputRows: count.optional(),
  deadLettersOffset: count,
  deadLettersSum: sum.optional(),
  memoryBytes: count.optional(),
  counts: object,
  elapsedMs: z.number(),
  startedAt: z.string(),
  savedAt: z.string(),
  isWidened: z.literal(true).optional(),
  retriedBy: z.string().optional(),
});
