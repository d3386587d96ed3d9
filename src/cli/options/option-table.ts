import { Option } from 'commander';

/**
 * What a shell can complete as the value of an option: a path; a column of the input that is named on the line, several
 * of them, or an expression over them; or one of these words.
 */
export type Completion =
  | 'file'
  | 'folder'
  | 'fabric'
  | 'column'
  | 'columns'
  | 'expression'
  | readonly string[];

/** The headings of `--help` and of the reference, in order. */
export const OPTION_GROUPS = [
  'Input and output',
  'Model and price',
  'Speed',
  'Safety and resume',
  'Watching',
  'Many machines',
] as const;

export type OptionGroup = (typeof OPTION_GROUPS)[number];

/**
 * An option: from such rows come the flags and their types, the help and docs/reference/cli.md. What its text means is
 * read where settings are made, for the command line and the library alike.
 */
export interface OptionRow {
  readonly flags: string;
  /** What it is, with unit and bounds. */
  readonly meaning: string;
  /** As documented; it is applied where the settings are made. */
  readonly default?: string;
  readonly group: OptionGroup;
  /**
   * What the short help says of it, in some 50 characters; true: the same. Undefined: only `--help-all` has it, of a
   * command with many options.
   */
  readonly brief?: string | true;
  /** Undefined: the value can be anything, or there is none. */
  readonly completes?: Completion;
  /** It may be given several times; its value is a list. */
  readonly repeatable?: true;
}

/** What commander parses from rows: each value as it was typed, or true for a flag without one, by camel-case name. */
export type FlagsOf<Row extends OptionRow> = {
  readonly [R in Row as R extends { default: 'required' } ? NameOf<R['flags']> : never]: ValueOf<R>;
} & {
  readonly [R in Row as R extends { default: 'required' } ? never : NameOf<R['flags']>]?: ValueOf<R>;
};

/** `maxErrors` of `--max-errors <n or n%>`, `dedupe` of `--no-dedupe`. */
type NameOf<Flags extends string> = Flags extends `${string}--no-${infer Name}`
  ? CamelCase<WordOf<Name>>
  : Flags extends `${string}--${infer Name}`
    ? CamelCase<WordOf<Name>>
    : never;

type WordOf<Text extends string> = Text extends `${infer Word} ${string}` ? Word : Text;

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

type ValueOf<Row extends OptionRow> = Row extends { repeatable: true }
  ? readonly string[]
  : Row['flags'] extends `${string} <${string}`
    ? string
    : Row['flags'] extends `${string} [${string}`
      ? string | true
      : Row['flags'] extends `--no-${string}`
        ? boolean
        : true;

const REQUIRED = 'required';

/** Commander's option of a row, which the reference in docs/ is made from. */
export class TableOption extends Option {
  constructor(readonly row: OptionRow) {
    super(row.flags, row.meaning);
  }

  /** A command does not run without it; it may also be in the settings file. */
  get isRequired(): boolean {
    return this.row.default === REQUIRED;
  }
}
