import { lastRunOf } from '../../run/saved/last-run.js';
import { resumedOptions } from '../../run/saved/resumed-options.js';
import { checkWithheldQueue } from '../../run/saved/withheld.js';
import { withKeptEnvFile } from '../defaults/kept-env-file.js';
import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import type { ResumeFlags } from '../options/resume.js';
import { say } from '../print.js';
import { enrichFile } from './enrich-file.js';

/** `batchai resume`: goes on with a run, with the settings that it had last where no others are given. */
export async function resumeCommand(
  output: string,
  flags: ResumeFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const io = await withKeptEnvFile(output, flags, context.io);
  const { options, withheld } = resumedOptions(output, await lastRunOf(output, flags.checkpoint), flags);
  checkWithheldQueue(withheld, io.env);
  if (!flags.quiet && withheld.some((name) => name.startsWith('alert')))
    say(io, 'alerts are off: their address holds a secret and was not kept; give --alert again, or env:NAME');
  return enrichFile({ options, flags, withheld }, io);
}
