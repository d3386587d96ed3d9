import { type JournalLine, readJournal } from '../../src/checkpoint/read-journal.js';

/** What a journal holds, the last word about each row, and its files. */
export async function readAll<E extends JournalLine>(
  folder: string,
  parse: (line: string) => E | undefined,
  name?: string,
) {
  const entries = new Map<number, E>();
  const take = (line: string) => {
    const entry = parse(line);
    if (entry !== undefined) entries.set(entry.row, entry);
    return entry;
  };
  return { segments: await readJournal(folder, take, name), entries };
}
