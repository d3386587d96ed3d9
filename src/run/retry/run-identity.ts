import { z } from 'zod';
import { type Checkpoint, CheckpointError } from '../../checkpoint/checkpoint-file.js';
import { META_COLUMNS } from '../settings/meta-column-names.js';

const names = z.array(z.string());

/** What a retry needs to know of the run: how its output is laid out, and what its rows were asked with. */
export type RunIdentity = z.infer<typeof runIdentity>;

/** A run of an older version has fewer of them; null stands for what was not asked for. */
const runIdentity = z.object({
  columns: names.nullish(),
  inputs: z.array(z.object({ input: z.string(), column: z.string() })).nullish(),
  outputColumn: z.string().nullable(),
  skipsFilled: z.boolean().nullish(),
  otherColumn: z.string().nullish(),
  answerColumns: z
    .array(z.object({ property: z.string(), step: z.string().exactOptional(), column: z.string() }))
    .nullish(),
  metaColumns: z.array(z.enum(META_COLUMNS)).nullish(),
  escapeFormulas: z.boolean().nullish(),
  output: z.object({ format: z.enum(['csv', 'tsv', 'jsonl']), delimiter: z.string(), gzip: z.boolean() }),
});

/** @throws CheckpointError where the checkpoint of the run does not say it. */
export function identityOfRun({ identity }: Checkpoint): RunIdentity {
  const result = runIdentity.safeParse(identity);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new CheckpointError(
    `the run's checkpoint is damaged: ${issue?.path.join('.') ?? 'identity'} is not what a run writes`,
  );
}
