import { checkFabric } from '../../run/inspect/fabric-file.js';
import { settingsOfInput } from '../../run/settings/settings-of-options.js';
import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import type { CheckFlags } from '../options/fabrics.js';
import { print, say } from '../print.js';

/** `batchai fabrics check`: one line where the file is right, and where it is not, what is wrong with it. */
export async function checkFabricCommand(
  fabric: string,
  flags: CheckFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const input = flags.input === undefined ? {} : { input: flags.input };
  const { definition, columns, warnings } = await checkFabric(
    { fabric, ...input, ...settingsOfInput(flags) },
    io.stdin,
  );
  const { provider, output } = definition;
  const what =
    provider === 'promptha'
      ? `the fabric ${definition.fabricId} at Promptha`
      : `${definition.model} (${provider}), uses ${columns.length === 0 ? 'no column' : columns.join(', ')}`;
  // What a fabric at Promptha answers with, only Promptha knows.
  const undefinedAnswer = provider === 'promptha' ? '' : '; answers with text';
  const answer =
    output === undefined
      ? undefinedAnswer
      : `; answers with ${Object.keys(output.properties ?? {}).join(', ')}`;
  for (const warning of warnings) say(io, `warning: ${fabric}: ${warning}`);
  print(io, `${fabric}: ok: ${definition.name}, ${what}${answer}\n`);
  return 0;
}
