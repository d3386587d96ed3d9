/** A column that cannot be asked for by the name that the header gives it. */
export interface OddName {
  readonly column: string;
  /** What is wrong with it, and what to do, for a person. */
  readonly problem: string;
}

export interface HeaderNames {
  /** A name for each column, no two alike; of most columns the header's. */
  readonly columns: readonly string[];
  readonly odd: readonly OddName[];
}

/** An object cannot keep a value under this name. */
const NO_KEY = '__proto__';

/**
 * Names for the columns of a header. A column without a name, or with another column's, gets one of its own, under
 * which dead letters and JSONL keep it; it is refused only where it is used.
 */
export function headerNames(cells: readonly string[]): HeaderNames {
  const firsts = new Map<string, number>();
  const taken = new Set(cells);
  const odd: OddName[] = [];
  const columns = cells.map((cell, index) => {
    const number = index + 1;
    if (isBlank(cell)) {
      const column = free(`column_${number}`, taken);
      odd.push({ column, problem: `column ${number} has no name in the header; give it one` });
      return column;
    }
    if (cell === NO_KEY) {
      const column = free(`column_${number}`, taken);
      odd.push({ column, problem: `a column cannot be called ${NO_KEY}; rename it` });
      return column;
    }
    const first = firsts.get(cell);
    if (first === undefined) {
      firsts.set(cell, number);
      return cell;
    }
    const problem = `the header names ${shownName(cell)} twice (columns ${first} and ${number}); rename one`;
    if (!odd.some(({ column }) => column === cell)) odd.push({ column: cell, problem });
    const column = free(`${cell}_${number}`, taken);
    odd.push({ column, problem });
    return column;
  });
  return { columns, odd };
}

/** White space, controls and format characters: what a name consists of that nobody can see. */
const UNSEEN = /^[\p{White_Space}\p{Cc}\p{Cf}]*$/u;

/** A no-break space, a byte order mark, a tab: what looks like nothing, or like a space, and is none. */
const INVISIBLE = /[^\P{White_Space} ]|[\p{Cc}\p{Cf}]/gu;

function isBlank(cell: string): boolean {
  return UNSEEN.test(cell);
}

/** A name in quotes, with what is invisible in it written out. */
export function shownName(name: string): string {
  return `"${withInvisible(name)}"`;
}

/** A name in a list: in quotes only where one would read it wrongly without them. */
export function listedName(name: string): string {
  const shown = withInvisible(name);
  return shown !== name || name !== name.trim() || /[",=]/.test(name) ? `"${shown}"` : name;
}

function withInvisible(name: string): string {
  return name.replace(INVISIBLE, (character) => escaped(character.codePointAt(0) ?? 0));
}

function free(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let n = 2; taken.has(candidate); n++) candidate = `${name}_${n}`;
  taken.add(candidate);
  return candidate;
}

/** As JavaScript and JSON write it; in braces where it has more than four digits. */
function escaped(codePoint: number): string {
  const digits = codePoint.toString(16).padStart(4, '0');
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits}`;
}
