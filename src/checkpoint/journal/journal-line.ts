import type { LineBytes } from './read-journal.js';

/** A text that answered a question, as its line of the journal has it. */
export interface TextAnswer {
  readonly row: number;
  readonly question: string;
  /** Where the text's UTF-8 begins and ends in the line's bytes. */
  readonly from: number;
  readonly to: number;
}

/** Characters before an answer: as many as the longest row number has, 22 of the question, and the names around them. */
const LONGEST_HEAD = 72;
const ROW = /^\{"row":(\d+),/;
const HEAD = /^\{"row":(\d+),"question":"([\w-]{22})","answer":"/;
/** Of an answer by the model that was asked for. */
const TAIL =
  /^,"calls":\d+,"ms":[\d.]+(?:,"spent":\[[\d.,e+-]+\])?(?:,"reused":"(?:run|cache)")?(?:,"via":"batch")?\}$/;

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The row that a line of the journal is about; undefined where it does not begin like one. */
export function rowOfLine({ bytes, start, end }: LineBytes): number | undefined {
  const [, row] = ROW.exec(bytes.toString('latin1', start, Math.min(end, start + LONGEST_HEAD))) ?? [];
  return row === undefined ? undefined : Number(row);
}

/**
 * What a line says whose answer is a text that JSON has as it is, found without parsing it: a resumed run asks it for a
 * million lines before its first call. Undefined for any other line, be it torn or of another form.
 */
export function textAnswerOfLine({ bytes, start, end }: LineBytes): TextAnswer | undefined {
  const head = HEAD.exec(bytes.toString('latin1', start, Math.min(end, start + LONGEST_HEAD)));
  const [begin = '', row = '', question = ''] = head ?? [];
  if (head === null) return undefined;
  const from = start + begin.length;
  let to = from;
  for (; bytes[to] !== QUOTE; to++) {
    const byte = bytes[to] ?? 0;
    if (to >= end || byte === BACKSLASH || byte < SPACE) return undefined;
  }
  // A quote behind the line's end is one of the next line.
  if (to >= end || !TAIL.test(bytes.toString('latin1', to + 1, end))) return undefined;
  return { row: Number(row), question, from, to };
}
