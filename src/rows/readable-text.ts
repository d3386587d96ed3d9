/** Readers take a file with NUL for binary, and UTF-8 cannot hold half of a surrogate pair. */
const MAY_BE_UNREADABLE = /[\0\ud800-\udfff]/;
const UNREADABLE = /\0|\p{Surrogate}/gu;

/** Replaces characters that readers refuse in a cell by U+FFFD. */
export function readableText(text: string): string {
  return MAY_BE_UNREADABLE.test(text) ? text.replace(UNREADABLE, '\ufffd') : text;
}

/** The start of the escape that `JSON.stringify` writes for half of a surrogate pair (ECMA-262, QuoteJSONString). */
const MAY_BE_HALF = '\\ud';
/** Matches each escape as a whole, so that an escaped backslash does not start another. */
const ESCAPES = /\\(?:ud[89a-f][0-9a-f]{2}|.)/g;
const ESCAPED_HALF_LENGTH = 6;

/**
 * Replaces the escapes of half surrogate pairs in the output of `JSON.stringify` by U+FFFD: DuckDB and pyarrow refuse
 * a whole file for one, others drop it or make NUL of it. All of them read the escape of NUL.
 */
export function readableJson(json: string): string {
  return json.includes(MAY_BE_HALF)
    ? json.replace(ESCAPES, (escaped) => (escaped.length === ESCAPED_HALF_LENGTH ? '\ufffd' : escaped))
    : json;
}
