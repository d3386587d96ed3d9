import { type Command, Option } from 'commander';

/** An option: from such rows come the flags, the help and the README's tables. */
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

export function addOptions(command: Command, rows: readonly OptionRow[]): Command {
  for (const { flags, meaning, default: value, parse, repeatable } of rows) {
    const isRequired = value === 'required';
    const note = value === undefined ? '' : isRequired ? ' (required)' : ` (default: ${value})`;
    const option = new Option(flags, meaning + note);
    if (repeatable) option.argParser(gathering(parse));
    else if (parse !== undefined) option.argParser(parse);
    if (isRequired) option.makeOptionMandatory();
    command.addOption(option);
  }
  return command;
}

/** Commander hands in what the times before have made. */
function gathering(parse: (text: string) => unknown = (text) => text) {
  return (text: string, before: readonly unknown[] = []) => [...before, parse(text)];
}
