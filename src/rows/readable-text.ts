/** A file with the character NUL counts as binary, and half of a surrogate pair has no place in UTF-8. */
const MAY_BE_UNREADABLE = /[\0\ud800-\udfff]/;
const UNREADABLE = /\0|\p{Surrogate}/gu;

/** A text with U+FFFD for each character that no reader takes in a cell. */
export function readableText(text: string): string {
  return MAY_BE_UNREADABLE.test(text) ? text.replace(UNREADABLE, '\ufffd') : text;
}

/** How `JSON.stringify` writes half of a surrogate pair begins (ECMA-262, QuoteJSONString: in lower case). */
const MAY_BE_HALF = '\\ud';
/** Each escape by itself, so that a backslash in a text, which is written as two, is none. */
const ESCAPES = /\\(?:ud[89a-f][0-9a-f]{2}|.)/g;
const ESCAPED_HALF_LENGTH = 6;

/**
 * What `JSON.stringify` wrote, with U+FFFD for each half of a surrogate pair: DuckDB and pyarrow refuse a whole file
 * for its escape, others drop it or make NUL of it. The escape of NUL they all read.
 */
export function readableJson(json: string): string {
  return json.includes(MAY_BE_HALF)
    ? json.replace(ESCAPES, (escaped) => (escaped.length === ESCAPED_HALF_LENGTH ? '\ufffd' : escaped))
    : json;
}
