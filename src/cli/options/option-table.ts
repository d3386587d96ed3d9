import { Command, Option } from 'commander';
import { OptionError } from '../../run/settings/option-parsers.js';

/** What a shell can complete as the value of an option. */
export type Completion = 'file' | 'folder' | 'fabric' | readonly string[];

/** The headings of `--help`, in order. */
export type OptionGroup =
  | 'Input'
  | 'Output'
  | 'Calls'
  | 'Cost'
  | 'Going on'
  | 'Batch API'
  | 'Queue'
  | 'Watching'
  | 'Messages';

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
    const { flags, meaning, default: value } = row;
    const note = value === undefined ? '' : value === REQUIRED ? ' (required)' : ` (default: ${value})`;
    super(flags, meaning + note);
  }

  /** A command does not run without it; it may also be in the settings file. */
  get isRequired(): boolean {
    return this.row.default === REQUIRED;
  }
}

/** A program whose commands have options only where the command line may mean them: making all takes 7 ms of a start. */
export class MeantCommand extends Command {
  /** @param words of the command line; undefined: every command is meant. */
  constructor(
    name?: string,
    private readonly words?: readonly string[],
  ) {
    super(name);
  }

  get isMeant(): boolean {
    return this.words === undefined || this.words.includes(this.name());
  }

  override createCommand(name?: string): Command {
    return new MeantCommand(name, this.words);
  }
}

/** Adds the options of a table to a command, unless the command line does not mean it. */
export function addOptions(command: Command, rows: readonly OptionRow[]): Command {
  if (command instanceof MeantCommand && !command.isMeant) return command;
  for (const row of rows) {
    const option = new TableOption(row).helpGroup(`${row.group}:`);
    if (row.repeatable) option.argParser(gatherValues(option));
    else if (option.required || option.optional) option.argParser((text) => ownValue(option, text));
    command.addOption(option);
  }
  return command;
}

/**
 * Commander takes the next word as the option's value even if it is another option: `-o $NAME --resume`, where NAME is
 * empty, would write to a file called --resume. A file of such a name can be written as ./--resume.
 */
function ownValue(option: Option, text: string): string {
  const name = option.long ?? option.short;
  if (text === '')
    throw new OptionError(`${name}: wanted a value, got an empty one (is a variable not set?)`);
  if (/^--|^-[A-Za-z]$/.test(text)) {
    throw new OptionError(
      `${name}: wanted a value, got ${text}, which looks like another option (is a variable not set?); a file of that name is ./${text}`,
    );
  }
  if (text.includes('…')) {
    throw new OptionError(
      `${name}: wanted a value, got "${text}", in which … stands for something; write it out`,
    );
  }
  return text;
}

/** Commander passes the values of the earlier occurrences of the option. */
function gatherValues(option: Option) {
  return (text: string, before: readonly string[] = []) => [...before, ownValue(option, text)];
}
