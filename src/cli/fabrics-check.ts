import { checkFabric } from '../run/check-fabric.js';
import type { CheckFlags } from './fabrics-options.js';
import { given } from './run-options.js';

/** `batchai fabrics check`: one line where the file is right, and where it is not, what is wrong with it. */
export async function checkFabricCommand(fabric: string, flags: CheckFlags): Promise<void> {
  const { input, format, delimiter, inputs } = flags;
  const optional = given({ input, format, delimiter, inputs });
  const { definition, columns } = await checkFabric({ fabric, ...optional }, process.stdin);
  const what =
    definition.provider === 'promptha'
      ? `the fabric ${definition.fabricId} at Promptha`
      : `${definition.model} (${definition.provider}), uses ${columns.length === 0 ? 'no column' : columns.join(', ')}`;
  const answer =
    definition.output === undefined ? 'text' : Object.keys(definition.output.properties ?? {}).join(', ');
  process.stdout.write(`${fabric}: all right: ${definition.name}, ${what}; answers with ${answer}\n`);
}
