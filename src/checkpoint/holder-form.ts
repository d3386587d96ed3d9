import { z } from 'zod';

/** What a lock's file says about the process that holds it. */
export const holderForm = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  /** What tells this process from a later one with the same number; undefined where the system does not say. */
  startedAt: z.string().exactOptional(),
});

export type Holder = Readonly<z.infer<typeof holderForm>>;
