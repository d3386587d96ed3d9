/** How a field of a CSV or TSV file holds characters that would otherwise end it. */
export type Quoting =
  /** In quotes; a quote inside is doubled, or has the escape before it. */
  | { readonly kind: 'quotes'; readonly quote: string; readonly escape: string }
  /** It has no quotes: a tab is `\t`, a line feed `\n`, a carriage return `\r`, the escape itself `\\`. */
  | { readonly kind: 'escapes'; readonly escape: string };

/** RFC 4180: quotes, doubled inside a field. */
export const DOUBLED_QUOTES: Quoting = { kind: 'quotes', quote: '"', escape: '"' };

/** PostgreSQL's, MySQL's and ClickHouse's field for no value. */
const NO_VALUE = 'N';

/** Letters after an escape, and their characters (PostgreSQL, COPY; ClickHouse, TabSeparated). */
const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['0', '\0'],
  ['\n', '\n'],
  ['\r', '\r'],
]);

/** Splits a record into its cells. Its quotes have been checked before. */
export type CellSplitter = (text: string) => string[];

export function cellSplitter(delimiter: string, quoting: Quoting): CellSplitter {
  return quoting.kind === 'quotes'
    ? quotedCells(delimiter, quoting.quote, quoting.escape)
    : escapedCells(delimiter, quoting.escape);
}

/** Finds where each cell of a record ends in its text; the next one begins behind the delimiter. */
export function cellEnds(delimiter: string, quoting: Quoting): (text: string) => number[] {
  return (text) => {
    const ends: number[] = [];
    for (let start = 0; ; ) {
      const end = endOfCell(text, start, delimiter, quoting);
      ends.push(end);
      if (end >= text.length) return ends;
      start = end + delimiter.length;
    }
  };
}

function endOfCell(text: string, start: number, delimiter: string, quoting: Quoting): number {
  if (quoting.kind === 'escapes') return endOfEscaped(text, start, delimiter, quoting.escape);
  const { quote, escape: mark } = quoting;
  return text.startsWith(quote, start)
    ? closingQuote(text, start + 1, quote, mark) + 1
    : endOfBare(text, delimiter, start);
}

function endOfEscaped(text: string, from: number, delimiter: string, mark: string): number {
  let at = from;
  while (at < text.length && text[at] !== delimiter) at += text[at] === mark ? 2 : 1;
  return Math.min(at, text.length);
}

/** Writes a cell so that `cellSplitter` of the same layout reads the same text. */
export function cellWriter(delimiter: string, quoting: Quoting): (text: string) => string {
  if (quoting.kind === 'escapes') return escapingWriter(delimiter, quoting.escape);
  const { quote } = quoting;
  return (text) =>
    text.includes(quote) || text.includes(delimiter) || text.includes('\n') || text.includes('\r')
      ? inQuotes(text, quoting)
      : text;
}

/** A cell in quotes, needed or not. */
export function inQuotes(
  text: string,
  { quote, escape: mark }: Extract<Quoting, { kind: 'quotes' }>,
): string {
  const inside = mark === quote ? text : text.replaceAll(mark, mark + mark);
  return quote + inside.replaceAll(quote, mark + quote) + quote;
}

/** A quote opens a field only at the field's beginning; elsewhere it is text, as in other readers. */
function quotedCells(delimiter: string, quote: string, mark: string): CellSplitter {
  const isDoubled = mark === quote;
  return (text) => {
    const cells: string[] = [];
    for (let start = 0; ; ) {
      const isQuoted = text.startsWith(quote, start);
      const end = isQuoted
        ? closingQuote(text, start + 1, quote, mark) + 1
        : endOfBare(text, delimiter, start);
      const cell = isQuoted ? text.slice(start + 1, end - 1) : text.slice(start, end);
      cells.push(isQuoted ? unquoted(cell) : cell);
      if (end >= text.length) return cells;
      start = end + delimiter.length;
    }
  };

  function unquoted(cell: string): string {
    if (isDoubled) return cell.includes(quote) ? cell.replaceAll(quote + quote, quote) : cell;
    if (!cell.includes(mark) && !cell.includes(quote)) return cell;
    let bare = '';
    for (let at = 0; at < cell.length; at++) {
      const next = cell[at + 1];
      const isEscape = (cell[at] === mark || cell[at] === quote) && (next === quote || next === mark);
      // Only a quote doubles a quote.
      if (isEscape && !(cell[at] === quote && next !== quote)) at++;
      bare += cell[at];
    }
    return bare;
  }
}

function escapedCells(delimiter: string, mark: string): CellSplitter {
  return (text) => {
    if (!text.includes(mark)) return text.split(delimiter);
    const cells: string[] = [];
    let cell = '';
    for (let at = 0; at < text.length; at++) {
      const character = text.charAt(at);
      if (character === delimiter) {
        cells.push(cell);
        cell = '';
      } else if (character === mark && at + 1 < text.length) {
        const next = text.charAt(++at);
        const isNoValue =
          next === NO_VALUE && cell === '' && (at + 1 === text.length || text[at + 1] === delimiter);
        if (next === mark || next === delimiter) cell += next;
        // Other escapes stay as they are, so that a Windows path stays one.
        else if (!isNoValue) cell += ESCAPED.get(next) ?? mark + next;
      } else cell += character;
    }
    cells.push(cell);
    return cells;
  };
}

function escapingWriter(delimiter: string, mark: string): (text: string) => string {
  const plain = new RegExp(`^[^${[mark, delimiter].map(inClass).join('')}\\t\\n\\r]*$`);
  return (text) =>
    plain.test(text)
      ? text
      : text
          .replaceAll(mark, mark + mark)
          .replaceAll('\t', `${mark}t`)
          .replaceAll('\n', `${mark}n`)
          .replaceAll('\r', `${mark}r`)
          .replaceAll(delimiter, mark + delimiter);
}

/** The index of the quote that closes a field; the text's length where none does. */
function closingQuote(text: string, from: number, quote: string, mark: string): number {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    if (mark !== quote && isEscapedAt(text, at, from, mark)) continue;
    if (text.startsWith(quote, at + 1)) at++;
    else return at;
  }
  return text.length;
}

function isEscapedAt(text: string, at: number, from: number, mark: string): boolean {
  let start = at;
  while (start > from && text[start - 1] === mark) start--;
  return (at - start) % 2 === 1;
}

function endOfBare(text: string, delimiter: string, from: number): number {
  const at = text.indexOf(delimiter, from);
  return at === -1 ? text.length : at;
}

function inClass(character: string): string {
  return character.replace(/[\\\]^-]/g, '\\$&');
}
