/**
 * The bytes of a file go in parts of so many, but for the last: Redis has a value several times in its memory for a
 * moment. A multiple of 3, so that the base64 of the parts is that of the whole.
 */
export const PART_BYTES = 3 * 1024 * 1024;

/**
 * What a worker asks of a file that a row of its batch names. It names the file by its place among those of the row, and
 * never by a path: nothing that lies in Redis makes a coordinator read another one.
 */
export interface FileAsk {
  readonly about: 'size' | 'bytes';
  readonly workerId: string;
  /** Tells it from the worker's other questions, of all runs. */
  readonly nth: number;
  readonly batchId: string;
  readonly row: number;
  /** From 0, in the order of the run's columns that name files. */
  readonly place: number;
  /** Which of its parts is asked for, from 0; of its size, 0. */
  readonly part: number;
}

/** What a coordinator says to it. */
export type FileWord =
  | { readonly nth: number; readonly kind: 'size'; readonly bytes: number }
  /** The bytes of the part lie in Redis, for a moment: their SHA-256, and what tells the file from a changed one. */
  | { readonly nth: number; readonly kind: 'sent'; readonly sha256: string; readonly version: string }
  | { readonly nth: number; readonly kind: 'problem'; readonly text: string };

/** What is wrong with a file, in words that follow its name and a colon. */
export interface FileFault {
  readonly problem: string;
}

/** The same question is the same text however often it is asked. */
export function formatFileAsk({ about, workerId, nth, batchId, row, place, part }: FileAsk): string {
  return [about, workerId, nth, batchId, row, place, part].join(' ');
}

/** Undefined where the text is no question. */
export function readFileAsk(text: string): FileAsk | undefined {
  const [, about, workerId = '', nth, batchId = '', row, place, part] =
    /^(size|bytes) (\S+) (\d+) (\S+) (\d+) (\d+) (\d+)$/.exec(text) ?? [];
  if (about !== 'size' && about !== 'bytes') return undefined;
  const numbers = { nth: Number(nth), row: Number(row), place: Number(place), part: Number(part) };
  return { about, workerId, batchId, ...numbers };
}

/** Under which the bytes lie that were asked for. */
export function fieldOfAsk({ workerId, nth }: Pick<FileAsk, 'workerId' | 'nth'>): string {
  return `${workerId}:${nth}`;
}

export function formatFileWord(word: FileWord): string {
  return JSON.stringify(word);
}

/** Undefined where the text is no word of a coordinator's. */
export function readFileWord(text: string): FileWord | undefined {
  const word = parsed(text);
  if (typeof word !== 'object' || word === null) return undefined;
  const { nth, kind, bytes, sha256, version, text: problem }: Readonly<Record<string, unknown>> = { ...word };
  if (typeof nth !== 'number') return undefined;
  if (kind === 'size' && Number.isSafeInteger(bytes) && Number(bytes) >= 0)
    return { nth, kind, bytes: Number(bytes) };
  if (kind === 'sent' && typeof sha256 === 'string' && typeof version === 'string')
    return { nth, kind, sha256, version };
  if (kind === 'problem' && typeof problem === 'string') return { nth, kind, text: problem };
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
