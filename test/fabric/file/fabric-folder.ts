import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FabricDefinition } from '../../../src/fabric/definition.js';
import { FabricFileError } from '../../../src/fabric/file/fabric-file-error.js';
import { readFabricFile } from '../../../src/fabric/file/read-fabric-file.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A folder with a fabric file `x.yaml`, and others beside it. */
export async function fabricFolder(
  yaml: string | Uint8Array,
  others: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'x.yaml'), yaml);
  for (const [name, text] of Object.entries(others)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** The definition in a fabric file of this text. */
export async function defined(
  yaml: string,
  others: Readonly<Record<string, string>> = {},
): Promise<FabricDefinition> {
  return readFabricFile(join(await fabricFolder(yaml, others), 'x.yaml'));
}

/** The lines of the message by which a fabric file of this text is refused, without its folder. */
export async function refusal(
  yaml: string | Uint8Array,
  others: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  return refusalIn(await fabricFolder(yaml, others));
}

/** The same for the `x.yaml` of a folder. */
export async function refusalIn(folder: string): Promise<string[]> {
  const outcome = await readFabricFile(join(folder, 'x.yaml')).then(
    () => 'it was read',
    (error: unknown) => error,
  );
  if (!(outcome instanceof FabricFileError))
    throw new Error(`wanted a FabricFileError, got ${String(outcome)}`);
  return outcome.message.split('\n').map((line) => line.replaceAll(`${folder}/`, ''));
}

/** The least that a fabric file for a model says: three lines. */
export const LEAST = ['provider: openai', 'model: gpt-4.1-mini', 'prompt: "Describe {{ name }}"', ''].join(
  '\n',
);
