import { stat } from 'node:fs/promises';
import { readCheckpoint } from '../../checkpoint/checkpoint-file.js';
import type { DeadLetter } from '../../checkpoint/dead-letter.js';
import { checkpointFolder, usualDeadLetters } from '../../checkpoint/folder.js';
import { savedSettingsOf } from '../saved/saved-settings.js';
import { SetUpError } from '../settings/set-up-error.js';
import { readLetters } from './plan-retry.js';

/** Whose failures they are. */
export interface FailuresSettings {
  /** A run's output. */
  readonly output: string;
  readonly checkpoint?: string;
  readonly deadLetters?: string;
}

/** The failed rows of a run. */
export interface Failures {
  /** The file that they are in. */
  readonly path: string;
  /** By kind, the most frequent first. */
  readonly kinds: readonly FailuresOfKind[];
  /** The names of all their fields, in order of appearance. */
  readonly fields: readonly string[];
}

export interface FailuresOfKind {
  readonly kind: string;
  readonly count: number;
  /** The first ones. */
  readonly letters: readonly DeadLetter[];
}

/**
 * Reads what a run left of the rows that failed; of a run that goes on, those that failed so far.
 *
 * @param most of each kind that are kept in memory; the others are counted.
 * @throws SetUpError where there is no run of that output.
 */
export async function readFailures(settings: FailuresSettings, most: number): Promise<Failures> {
  const path = await lettersOf(settings);
  const kinds = new Map<string, { count: number; letters: DeadLetter[] }>();
  const fields = new Set<string>();
  for await (const { letter } of readLetters(path)) {
    const { kind } = letter.error;
    const found = kinds.get(kind) ?? { count: 0, letters: [] };
    kinds.set(kind, found);
    found.count++;
    if (found.letters.length < most) found.letters.push(letter);
    for (const name of Object.keys(letter.item ?? {})) fields.add(name);
  }
  return {
    path,
    kinds: [...kinds].map(([kind, found]) => ({ kind, ...found })).sort((a, b) => b.count - a.count),
    fields: [...fields],
  };
}

/** The letters of a run, once more, one at a time. */
export async function* lettersIn({ path }: Failures): AsyncGenerator<DeadLetter, void> {
  for await (const { letter } of readLetters(path)) yield letter;
}

async function lettersOf({ output, checkpoint, deadLetters }: FailuresSettings): Promise<string> {
  const run = await readCheckpoint(checkpointFolder(output, checkpoint));
  const saved = run && savedSettingsOf(run, output).options.deadLetters;
  const path = deadLetters ?? saved ?? usualDeadLetters(output);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere || (run !== undefined && deadLetters === undefined)) return path;
  throw new SetUpError(
    `there is no run of ${output} with failed rows: ${path} is not there (see --dead-letters)`,
  );
}
