import type { Command, Option } from 'commander';
import { OptionError } from '../run/settings/option-parsers.js';
import { MeantCommand } from './meant-command.js';
import { type OptionRow, TableOption } from './options/option-table.js';

/** Adds the options of a table to a command, unless the command line does not mean it. */
export function addOptions<C extends Command>(command: C, rows: readonly OptionRow[]): C {
  if (command instanceof MeantCommand && !command.isMeant) return command;
  for (const row of rows) {
    const option = new TableOption(row);
    if (row.repeatable) option.argParser(gatherValues(option));
    else if (option.required || option.optional) option.argParser((text) => ownValue(option, text));
    command.addOption(option);
  }
  return command instanceof MeantCommand ? command.withHelpAll() : command;
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
