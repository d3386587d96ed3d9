/** The columns of a file, as a prompt over them has to know them. */
export interface DraftColumns {
  readonly names: readonly string[];
  /** Columns that cannot be sent by their names: the header has them twice, or not at all. */
  readonly unusable: ReadonlySet<string>;
  /** Columns that hold nothing in the rows that were looked at. */
  readonly empty: ReadonlySet<string>;
}

export interface PromptLines {
  /** `review: {{ review }}`, a line a column. */
  readonly lines: readonly string[];
  /** What was left out, and why: `empty in the first rows: notes`. */
  readonly leftOut: readonly string[];
}

/** A prompt of more columns than this is nothing that a person reads through. */
const MOST_COLUMNS = 40;

/** Names that a Liquid tag takes for itself. */
const LIQUID_WORDS = new Set(['true', 'false', 'nil', 'null', 'empty', 'blank', 'continue', 'row']);

/** The lines of a prompt that sends all columns that hold something. */
export function promptLines({ names, unusable, empty }: DraftColumns): PromptLines {
  const hasRow = names.includes('row');
  const lines: string[] = [];
  const odd: string[] = [];
  const blank: string[] = [];
  const further: string[] = [];
  for (const name of names) {
    const use = unusable.has(name) ? undefined : columnUse(name, hasRow);
    if (use === undefined) odd.push(name);
    else if (empty.has(name)) blank.push(name);
    else if (lines.length === MOST_COLUMNS) further.push(name);
    else lines.push(`${name.trim()}: ${use}`);
  }
  return {
    lines,
    leftOut: [
      ...leftOut('empty in the first rows', blank),
      ...leftOut('their names need a template of your own', odd),
      ...leftOut(`more than ${MOST_COLUMNS} columns`, further),
    ],
  };
}

/** How a template names a column; undefined where it takes more than a draft can do. */
function columnUse(name: string, hasRow: boolean): string | undefined {
  if (/^[A-Za-z_]\w*$/.test(name) && !LIQUID_WORDS.has(name)) return `{{ ${name} }}`;
  // Controls would break the YAML or the template, braces and escapes the tag; a column `row` is in the way.
  if (hasRow || /[^\P{C}]|[{}\\"\u2028\u2029]/u.test(name)) return undefined;
  return `{{ row["${name}"] }}`;
}

function leftOut(why: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, 10).map((name) => name.replace(/[^\P{C}]|[\u2028\u2029]/gu, ' '));
  return [`${why}: ${shown.join(', ')}${names.length > 10 ? ', …' : ''}`];
}
