/** What a list has at the left, and what is said of it. */
export interface ListedItem {
  readonly term: string;
  readonly text: string;
}

const INDENT = '  ';
const GAP = 2;
/** A longer term has a line of its own, so that it leaves the others their room. */
const MOST_TERM = 26;
/** Narrower texts are no longer read, but spelled. */
const LEAST_TEXT = 24;

/** As wide as the longest term of a list, but for those that have a line of their own. */
export function termWidth(items: readonly ListedItem[]): number {
  return Math.max(0, ...items.map(({ term }) => term.length).filter((length) => length <= MOST_TERM));
}

/**
 * Lines of terms with their texts beside them, wrapped at `width` characters.
 *
 * @param terms how wide the column of terms is, so that several lists have the same
 */
export function listed(items: readonly ListedItem[], width: number, terms = termWidth(items)): string[] {
  const before = INDENT.length + terms + GAP;
  return items.flatMap(({ term, text }) => {
    const [first = '', ...rest] = wrapped(text, Math.max(LEAST_TEXT, width - before));
    const below = rest.map((line) => ' '.repeat(before) + line);
    return term.length <= terms
      ? [`${INDENT}${term.padEnd(terms + GAP)}${first}`.trimEnd(), ...below]
      : [`${INDENT}${term}`, ' '.repeat(before) + first, ...below];
  });
}

/** A text in lines of at most so many characters; a longer word has a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
