import { type JournalLine, type LineBytes, readJournal } from '../../src/checkpoint/journal/read-journal.js';

/** What a journal holds, the last word about each row, and its files. */
export async function readAll<E extends JournalLine>(
  folder: string,
  parse: (line: string) => E | undefined,
  name?: string,
) {
  const entries = new Map<number, E>();
  const take = ({ bytes, start, end }: LineBytes) => {
    const entry = parse(bytes.toString('utf8', start, end));
    if (entry !== undefined) entries.set(entry.row, entry);
    return entry;
  };
  return { segments: await readJournal(folder, take, name), entries };
}
