/** Bytes that may stand before a record without belonging to it. */
export type Gap = ReadonlySet<number>;

export const NO_GAP: Gap = new Set();

const SPACE = 0x20;
const TAB = 0x09;
export const BLANKS: Gap = new Set([SPACE, TAB]);

const CARRIAGE_RETURN = 0x0d;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
/** Between the elements of a JSON array, and before the first. */
export const BETWEEN_ELEMENTS: Gap = new Set([...BLANKS, CARRIAGE_RETURN, COMMA, OPENING_BRACKET]);
