import type { Layout } from './format.js';
import { DOUBLED_QUOTES, type Quoting } from './quoting.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BOM = Buffer.from('\ufeff');

/** Delimiters considered where none is known yet. */
const DELIMITERS = ',;\t|';

/** What line ends depend on. */
export interface LineEndOptions {
  /** Undefined: JSONL, which has no line ends inside quotes, and quotes that do not come in pairs. */
  readonly fields: { readonly delimiter?: string; readonly quoting?: Quoting } | undefined;
}

/**
 * Detects a file's line end from its beginning: the first line end outside quotes. A lone carriage return is one only
 * where there is no other; several before a line feed (text that Windows has translated twice) count as one.
 */
export function newlineOf(head: Buffer, { fields }: LineEndOptions): Layout['newline'] | undefined {
  if (fields === undefined) {
    const at = head.indexOf(LINE_FEED);
    return at === -1 ? undefined : head[at - 1] === CARRIAGE_RETURN ? '\r\n' : '\n';
  }
  const { delimiter = DELIMITERS, quoting = DOUBLED_QUOTES } = fields;
  const quote = quoting.kind === 'quotes' ? quoting.quote.charCodeAt(0) : -1;
  const mark = quoting.escape.charCodeAt(0);
  const separators = new Set([...Buffer.from(delimiter), LINE_FEED, CARRIAGE_RETURN]);
  let isQuoted = false;
  let isFieldStart = true;
  let newline: '\r' | undefined;
  for (let at = head.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0; at < head.length; at++) {
    const byte = head[at] ?? 0;
    if (isQuoted) {
      const next = head[at + 1];
      if (byte === mark && (next === quote || next === mark)) at++;
      else if (byte === quote) isQuoted = false;
      continue;
    }
    if (byte === quote && isFieldStart) isQuoted = true;
    else if (byte === LINE_FEED) return head[at - 1] === CARRIAGE_RETURN ? '\r\n' : '\n';
    else if (byte === CARRIAGE_RETURN) newline = '\r';
    isFieldStart = separators.has(byte);
  }
  return newline;
}
