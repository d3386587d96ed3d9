/** A column that cannot be used by its name in the header. */
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

/** Objects cannot have a member of this name. */
const NO_KEY = '__proto__';

/**
 * Names the columns of a header. A column without a name, or with another column's, gets a new name, which dead letters
 * and JSONL use; it is refused only where it is used.
 *
 * @example
 * headerNames(['id', '', 'id']).columns; // ['id', 'column_2', 'id_3']
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

/** A name of invisible characters only: white space, controls and format characters. */
const UNSEEN = /^[\p{White_Space}\p{Cc}\p{Cf}]*$/u;

/** Invisible characters other than the space: a no-break space, a byte order mark, a tab. */
const INVISIBLE = /[^\P{White_Space} ]|[\p{Cc}\p{Cf}]/gu;

function isBlank(cell: string): boolean {
  return UNSEEN.test(cell);
}

/** A name in quotes, with invisible characters as escapes. */
export function shownName(name: string): string {
  return `"${withInvisible(name)}"`;
}

/** A name for a list: in quotes only where it would be misread without them. */
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
