import { lastRunOf } from '../../run/saved/last-run.js';
import { checkWithheldQueue } from '../../run/saved/withheld.js';
import { SetUpError } from '../../run/settings/set-up-error.js';
import { withoutUndefined } from '../../run/settings/without-undefined.js';
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
  const { saved, folder } = await lastRunOf(output, flags.checkpoint);
  const { fabric, input, ...others } = { ...saved.options, ...withoutUndefined(flags) };
  if (fabric === undefined || input === undefined) {
    throw new SetUpError(
      `the run of ${output} read standard input, which has passed by: start over with --overwrite, or name a file of the same rows with --input`,
    );
  }
  const withheld = saved.withheld.filter((name) => !Object.hasOwn(others, name));
  checkWithheldQueue(withheld, io.env);
  if (!flags.quiet && withheld.some((name) => name.startsWith('alert')))
    say(io, 'alerts are off: their address holds a secret and was not kept; give --alert again, or env:NAME');
  const options = { ...others, fabric, input, output, checkpoint: folder, resume: true };
  return enrichFile({ options, flags, withheld }, io);
}
