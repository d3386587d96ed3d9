import { lastRunOf } from '../../run/saved/last-run.js';
import type { CliIo } from '../io.js';
import { withEnvFile } from './env-file.js';

/**
 * The surroundings of a command that goes on with a run, with the variables of the file that the run had its keys from.
 * A file that is named again has been read already.
 *
 * @throws SetUpError where there is no such run; OptionError where the file is gone.
 */
export async function withKeptEnvFile(
  output: string,
  { checkpoint, envFile }: { readonly checkpoint?: string; readonly envFile?: string },
  io: CliIo,
): Promise<CliIo> {
  const { saved } = await lastRunOf(output, checkpoint);
  const kept = saved.options.envFile;
  if (envFile !== undefined || kept === undefined) return io;
  const { environment } = await withEnvFile(io.env, kept);
  // Its streams open on first use: they are inherited, not copied.
  return Object.create(io, { env: { value: environment } });
}
