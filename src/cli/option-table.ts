import { type Command, Option } from 'commander';

/** An option: from such rows come the flags, the help and the README's tables. */
export interface OptionRow {
  readonly flags: string;
  readonly meaning: string;
  /** As documented; it is applied where the settings are made. */
  readonly default?: string;
  /** Makes the value of the text; throws OptionError. */
  readonly parse?: (text: string) => unknown;
}

export function addOptions(command: Command, rows: readonly OptionRow[]): Command {
  for (const { flags, meaning, default: value, parse } of rows) {
    const isRequired = value === 'required';
    const note = value === undefined ? '' : isRequired ? ' (required)' : ` (default: ${value})`;
    const option = new Option(flags, meaning + note);
    if (parse !== undefined) option.argParser(parse);
    if (isRequired) option.makeOptionMandatory();
    command.addOption(option);
  }
  return command;
}
