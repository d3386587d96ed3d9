import type { Command, OutputConfiguration } from 'commander';
import { addCommandsAfterARun } from './command-groups/after-a-run.js';
import { addCommandsBeforeARun } from './command-groups/before-a-run.js';
import { addCommandsOfManyMachines } from './command-groups/many-machines.js';
import { addRunCommands } from './command-groups/run.js';
import { addUpkeepCommands } from './command-groups/upkeep.js';
import type { Start } from './command-start.js';
import { PROGRAM_EXAMPLES } from './help/examples.js';
import { MeantCommand } from './meant-command.js';

/** What the commands are built with. */
export interface ProgramSetUp {
  readonly version: string;
  /** Where help and messages go. */
  readonly output: OutputConfiguration;
  readonly start: Start;
  /** What was typed; undefined: all commands have their options. */
  readonly words?: readonly string[];
}

/** For the generated reference, which lists the commands and runs none. */
const LISTED: ProgramSetUp = { version: '', output: {}, start: () => Promise.resolve() };

/** Defines all commands. Each command imports its code when it runs, so that `--help` starts fast. */
export function buildProgram({ version, output, start, words }: ProgramSetUp = LISTED): Command {
  const program = new MeantCommand('batchai', words)
    .description(
      'Runs an AI fabric (a prompt with its model) over every row of a CSV or JSONL file, and writes the rows back with the answers in a new column. Resumable, paced, paid for only once',
    )
    .notes({ examples: PROGRAM_EXAMPLES })
    .version(version)
    .exitOverride()
    .configureOutput(output);

  addRunCommands(program, start);
  addCommandsBeforeARun(program, start);
  addCommandsAfterARun(program, start);
  addCommandsOfManyMachines(program, start);
  addUpkeepCommands(program, start);
  return program;
}
