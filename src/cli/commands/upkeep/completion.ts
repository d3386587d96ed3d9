import { OptionError } from '../../../run/settings/option-parsers.js';
import { SCRIPTS } from '../../completion/scripts.js';
import { SHELLS } from '../../completion/shells.js';
import type { ExitCode } from '../../exit-codes.js';
import type { CommandContext } from '../../io.js';
import { print } from '../../print.js';

/** `batchai completion`: prints the script by which a shell completes words. */
export function completionCommand(name: string, { io }: CommandContext): ExitCode {
  const shell = SHELLS.find((one) => one === name);
  if (shell === undefined) throw new OptionError(`wanted ${SHELLS.join(', ')}, got "${name}"`);
  print(io, SCRIPTS[shell]);
  return 0;
}
