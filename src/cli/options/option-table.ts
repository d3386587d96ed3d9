import { type Command, Option } from 'commander';
import { OptionError } from '../../run/settings/option-parsers.js';

/** An option: from such rows come the flags, the help and docs/reference/cli.md. */
export interface OptionRow {
  readonly flags: string;
  readonly meaning: string;
  /** As documented; it is applied where the settings are made. */
  readonly default?: string;
  /** Makes the value of the text; throws OptionError. */
  readonly parse?: (text: string) => unknown;
  /** It may be given several times; its value is a list. */
  readonly repeatable?: true;
}

const REQUIRED = 'required';

/** Commander's option of a row, which the reference in docs/ is made from. */
export class TableOption extends Option {
  constructor(readonly row: OptionRow) {
    const { flags, meaning, default: value } = row;
    const note = value === undefined ? '' : value === REQUIRED ? ' (required)' : ` (default: ${value})`;
    super(flags, meaning + note);
  }
}

export function addOptions(command: Command, rows: readonly OptionRow[]): Command {
  for (const row of rows) {
    const { parse, repeatable } = row;
    const option = new TableOption(row);
    const checked = option.required ? ownValue(option, parse) : parse;
    if (repeatable) option.argParser(gathering(checked));
    else if (checked !== undefined) option.argParser(checked);
    if (row.default === REQUIRED) option.makeOptionMandatory();
    command.addOption(option);
  }
  return command;
}

/**
 * Commander takes whatever stands behind such an option for its value, another option too: `-o $NAME --resume`, where
 * NAME is empty, would write to a file called --resume. A file of such a name can be written as ./--resume.
 */
function ownValue(option: Option, parse: (text: string) => unknown = (text) => text) {
  return (text: string) => {
    const name = option.long ?? option.short;
    if (text === '')
      throw new OptionError(`${name}: wanted a value, got an empty one (is a variable not set?)`);
    if (/^--|^-[A-Za-z]$/.test(text)) {
      throw new OptionError(
        `${name}: wanted a value, got ${text}, which looks like another option (is a variable not set?); a file of that name is ./${text}`,
      );
    }
    return parse(text);
  };
}

/** Commander hands in what the times before have made. */
function gathering(parse: (text: string) => unknown = (text) => text) {
  return (text: string, before: readonly unknown[] = []) => [...before, parse(text)];
}
