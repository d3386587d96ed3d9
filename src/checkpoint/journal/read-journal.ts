import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const LINE_FEED = 0x0a;

/** A file of a journal. */
export interface JournalSegment {
  readonly path: string;
  readonly number: number;
  readonly lastRow: number;
  readonly bytes: number;
  /** What its lines weigh together: see `Journal`. */
  readonly weight: number;
}

/** What a line of a journal is about. */
export interface JournalLine {
  readonly row: number;
  readonly weight?: number;
}

/** A line of a file, without its line end, as bytes: most lines of a large journal need not be parsed. */
export interface LineBytes {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads back what a journal holds. A torn last line, or one that a power failure left full of zeros,
 * is an answer that did not arrive.
 *
 * @param take hears of every line, in their order; gives undefined (or throws a SyntaxError) for one that is none. The
 * object is the same each time.
 * @returns the files in the order in which they were written.
 */
export async function readJournal(
  folder: string,
  take: (line: LineBytes) => JournalLine | undefined,
  name = 'journal',
): Promise<JournalSegment[]> {
  const segments: JournalSegment[] = [];
  for (const { path, number } of await segmentsOf(folder, name)) {
    let lastRow = 0;
    let weight = 0;
    const bytes = await readFile(path);
    const line = { bytes, start: 0, end: 0 };
    for (; line.start < bytes.length; line.start = line.end + 1) {
      const end = bytes.indexOf(LINE_FEED, line.start);
      line.end = end === -1 ? bytes.length : end;
      const taken = line.end === line.start ? undefined : takeLine(line, take);
      if (taken === undefined) continue;
      lastRow = Math.max(lastRow, taken.row);
      weight += taken.weight ?? 0;
    }
    segments.push({ path, number, lastRow, bytes: bytes.length, weight });
  }
  return segments;
}

async function segmentsOf(folder: string, name: string) {
  const segments: { readonly path: string; readonly number: number }[] = [];
  for (const file of await readdir(folder)) {
    const [, ofName, number] = /^([a-z]+)-(\d{6,})\.jsonl$/.exec(file) ?? [];
    if (ofName === name) segments.push({ path: join(folder, file), number: Number(number) });
  }
  return segments.sort((a, b) => a.number - b.number);
}

function takeLine<T>(line: LineBytes, take: (line: LineBytes) => T | undefined): T | undefined {
  try {
    return take(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
