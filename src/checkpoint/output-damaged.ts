import type { Checkpoint } from './checkpoint-file.js';
import { beginsAsVouched } from './file-sum.js';

/**
 * The output has other bytes than were written: the disk failed, or another program wrote into it. It is not published.
 *
 * @example
 * run.outcome.catch((error) => error instanceof OutputDamagedError && console.error(error.message));
 */
export class OutputDamagedError extends Error {
  override readonly name = 'OutputDamagedError';
  readonly kind = 'output-damaged';
}

/**
 * Reads the whole partial output, at the speed of the disk: before it is published or made anew, since a resume
 * looks at its end only.
 *
 * @throws OutputDamagedError where it is not what its checkpoint vouches for.
 */
export async function checkOutput(
  partial: string,
  folder: string,
  { outputOffset: bytes, outputSum }: Pick<Checkpoint, 'outputOffset' | 'outputSum'>,
): Promise<void> {
  if (outputSum === undefined || (await beginsAsVouched(partial, { bytes, ...outputSum }))) return;
  throw new OutputDamagedError(
    `${partial} is not what was written into it: the disk failed, or another program wrote into it. It is not published; the checkpoint is kept in ${folder}, and --overwrite starts over`,
  );
}
