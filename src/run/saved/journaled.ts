import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import {
  type JournalEntry,
  parseEntry,
  resultWithoutRow,
  type StepEntry,
} from '../../checkpoint/journal/journal-entry.js';
import { rowOfLine } from '../../checkpoint/journal/journal-line.js';
import { type LineBytes, readJournal } from '../../checkpoint/journal/read-journal.js';
import { JOURNALS } from '../../checkpoint/journal/row-journal.js';
import { StepRecords } from '../../checkpoint/journal/step-records.js';
import type { FinishedResult } from '../../fabric/row-result.js';

/** A larger journal takes a while to read: it is most of all old answers that equal rows may share. */
const READ_BYTES = 32 * 1024 * 1024;

/** What a journal holds of rows behind those that are committed. */
export interface Journaled {
  /** Without the rows' contents. */
  readonly results: readonly FinishedResult[];
  /** The steps of rows that have no result yet. */
  readonly steps: readonly StepEntry[];
}

const NOTHING: Journaled = { results: [], steps: [] };

/** Reads what a journal holds of rows behind those that are committed; nothing where it is larger than `mostBytes`. */
export async function readJournaled(
  folder: string,
  { rowsCommitted }: Pick<Checkpoint, 'rowsCommitted'>,
  mostBytes: number = READ_BYTES,
): Promise<Journaled> {
  const entries = new Map<number, JournalEntry>();
  const steps = new StepRecords();
  try {
    if ((await journalBytes(folder)) > mostBytes) return NOTHING;
    await readEntries(folder, rowsCommitted, (entry) => {
      if ('step' in entry) steps.add(entry);
      else entries.set(entry.row, entry);
    });
  } catch {
    // The run has just gone on, and put away what it has written out.
    return NOTHING;
  }
  const results = [...entries.values()].map(resultWithoutRow);
  return { results, steps: [...steps.without(entries)] };
}

/** Rows of a run with a result, be it committed or in the journal: they are not called again. */
export async function rowsWithResult(
  folder: string,
  { rowsCommitted, state }: Pick<Checkpoint, 'rowsCommitted' | 'state'>,
): Promise<number> {
  if (state === 'finished') return rowsCommitted;
  return rowsCommitted + (await readJournaled(folder, { rowsCommitted })).results.length;
}

/** True where a journal holds a result of some row, or a step on the way to one: somebody has paid for it. */
export async function holdsEntries(folder: string): Promise<boolean> {
  let isAny = false;
  await readEntries(folder, 0, () => {
    isAny = true;
  });
  return isAny;
}

/** Parses only what is about rows behind the first `rowsDone`. */
async function readEntries(
  folder: string,
  rowsDone: number,
  take: (entry: NonNullable<ReturnType<typeof parseEntry>>) => void,
): Promise<void> {
  const takeLine = (line: LineBytes) => {
    const row = rowOfLine(line) ?? 0;
    if (row > 0 && row <= rowsDone) return { row };
    const entry = parseEntry(line.bytes.toString('utf8', line.start, line.end));
    if (entry !== undefined && entry.row > rowsDone) take(entry);
    return entry && { row: entry.row };
  };
  for (const name of JOURNALS) await readJournal(folder, takeLine, name);
}

async function journalBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) {
    if (JOURNALS.some((journal) => name.startsWith(`${journal}-`)))
      bytes += (await stat(join(folder, name))).size;
  }
  return bytes;
}
