import { type Check, examine, foldersOf } from '../../run/set-up/doctor.js';
import { trialCall } from '../../run/set-up/trial-call.js';
import { NODE_VERSION } from '../../this-process.js';
import { envFileBeside, envFileHint } from '../defaults/env-file.js';
import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import { type DoctorFlags, doctorSettingsOf } from '../options/doctor.js';
import { paint } from '../paint.js';
import { print } from '../print.js';
import { adviceOn } from '../text/service-advice.js';

/** `batchai doctor`: looks at all that a run needs, a line each, on standard output. */
export async function doctorCommand(
  fabric: string | undefined,
  flags: DoctorFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const { timeoutMs, folders, places } = doctorSettingsOf(flags);
  const now = () => io.clock.now();
  const wallNow = () => io.clock.wallNow();
  const found =
    flags.envFile === undefined ? await envFileBeside(fabric === undefined ? [] : [fabric]) : undefined;
  const checks = await examine({
    ...places,
    ...(fabric === undefined ? {} : { fabric }),
    folders: foldersOf(folders, io.env),
    environment: io.env,
    ...(found && { keyMayBe: envFileHint(found) }),
    nodeVersion: NODE_VERSION,
    ...(flags.call
      ? {
          call: (plan) =>
            trialCall(plan, {
              timeoutMs,
              adviceOn: (error, fabric) => adviceOn(error, { fabric }),
              now,
              wallNow,
            }),
        }
      : {}),
  });
  const isWell = checks.every(({ state }) => state !== 'problem');
  print(io, flags.json ? `${JSON.stringify({ ok: isWell, checks })}\n` : checks.map(checkLines).join(''));
  return isWell ? 0 : 2;
}

/** `ok       key      OPENAI_API_KEY is set`; further lines of a text stand below its first. */
function checkLines({ name, state, text }: Check): string {
  const [first = '', ...others] = text.split('\n');
  const mark = state.padEnd(9);
  const shown = state === 'problem' ? paint.red(mark) : state === 'note' ? paint.yellow(mark) : mark;
  return [`${shown}${name.padEnd(9)}${first}\n`, ...others.map((line) => `${' '.repeat(18)}${line}\n`)].join(
    '',
  );
}
