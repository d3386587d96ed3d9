import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import { parseEntry } from '../../checkpoint/journal-entry.js';
import { readJournal } from '../../checkpoint/read-journal.js';
import { JOURNALS } from '../../checkpoint/row-journal.js';

/** A larger journal takes a while to read: it is most of all old answers that equal rows may share. */
const READ_BYTES = 32 * 1024 * 1024;

/** Rows that have a result behind those that are committed; 0 where the journal is too large for a quick look. */
export async function journaledRows(folder: string, { rowsCommitted }: Checkpoint): Promise<number> {
  try {
    if ((await journalBytes(folder)) > READ_BYTES) return 0;
    const rows = new Set<number>();
    for (const name of JOURNALS) {
      await readJournal(
        folder,
        (line) => {
          const entry = parseEntry(line);
          if (entry !== undefined && !('step' in entry) && entry.row > rowsCommitted) rows.add(entry.row);
          return entry && { row: entry.row };
        },
        name,
      );
    }
    return rows.size;
  } catch {
    // Another process has just resumed the run.
    return 0;
  }
}

async function journalBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) {
    if (JOURNALS.some((journal) => name.startsWith(`${journal}-`)))
      bytes += (await stat(join(folder, name))).size;
  }
  return bytes;
}
