import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '../rows/row.js';
import { replaceFile } from './replace-file.js';

const NAME = 'history.json';

/** Replaces a run's history in its checkpoint's folder, atomically. */
export function writeHistory(folder: string, history: JsonObject): Promise<void> {
  return replaceFile(join(folder, NAME), JSON.stringify(history));
}

/**
 * The history in a folder, as it was written; undefined where there is none, or none that can be read:
 * the run does not depend on it.
 */
export async function readHistory(folder: string): Promise<JsonValue | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, NAME), 'utf8')) as JsonValue;
  } catch {
    return undefined;
  }
}
