import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from '../../run/settings/environment.js';
import { OptionError } from '../../run/settings/option-parsers.js';
import { shellCommand } from '../../run/settings/shell-command.js';

/** An environment, and which of its variables a file has set. */
export interface FilledEnvironment {
  readonly environment: Environment;
  /** Their names: a value may be a key. */
  readonly names: readonly string[];
}

/**
 * Adds the variables of a file, as `node --env-file` reads it. Variables that are set already keep their values.
 *
 * @throws OptionError where there is no such file. It never repeats what stands in the file.
 */
export async function withEnvFile(environment: Environment, path: string): Promise<FilledEnvironment> {
  const added = Object.entries(parseEnv(await readEnvFile(path))).filter(
    ([name]) => environment[name] === undefined,
  );
  return {
    environment: { ...environment, ...Object.fromEntries(added) },
    names: added.map(([name]) => name),
  };
}

async function readEnvFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new OptionError(`--env-file: ${path}: there is no such file`);
    throw new OptionError(`--env-file: ${path} cannot be read (${code})`);
  }
}

export interface FoundEnvFile {
  readonly path: string;
  /** `this folder`, or the file that it is beside. */
  readonly beside: string;
}

/** `There is a .env beside this folder: add --env-file .env` */
export function envFileHint({ path, beside }: FoundEnvFile): string {
  return `There is a .env beside ${beside}: add ${shellCommand(['--env-file', path])}`;
}

/** The first `.env` beside one of these files or in this folder, as seen from here; undefined where there is none. */
export async function envFileBeside(files: readonly string[]): Promise<FoundEnvFile | undefined> {
  for (const beside of [...files, '.']) {
    const path = join(beside === '.' ? '.' : dirname(beside), '.env');
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile())
      return { path: relative('.', path), beside: beside === '.' ? 'this folder' : beside };
  }
  return undefined;
}
