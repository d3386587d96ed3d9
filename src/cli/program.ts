import type { Command, OutputConfiguration } from 'commander';
import {
  addCacheCommands,
  addCleanCommand,
  addComparingCommands,
  addFabricsCommands,
  addFailuresCommand,
  addQueueCommands,
  addResumeCommand,
  addSetUpCommands,
  addTrialCommands,
} from './command-groups.js';
import type { Start } from './command-start.js';
import { EXIT_CODE_HELP } from './exit-codes.js';
import { CANCEL_OPTIONS } from './options/cancel.js';
import { addOptions, MeantCommand } from './options/option-table.js';
import { REPORT_OPTIONS } from './options/report.js';
import { RETRY_OPTIONS } from './options/retry.js';
import { RUN_OPTIONS } from './options/run.js';
import { STATUS_OPTIONS } from './options/status.js';

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
  const program: Command = new MeantCommand('batchai', words)
    .description(
      'Runs an AI fabric over every row of a CSV or JSONL file; resumable, paced, paid for only once.',
    )
    .version(version)
    .exitOverride()
    .configureOutput(output)
    .addHelpText('after', EXIT_CODE_HELP);

  addOptions(
    program
      .command('run <input>')
      .description('enrich every row of <input> (a file, or - for standard input)'),
    RUN_OPTIONS,
  )
    .addHelpText('after', EXIT_CODE_HELP)
    .action((input, flags) =>
      start(async (context) => {
        const { runCommand } = await import('./commands/run.js');
        return runCommand(input, flags, context);
      }),
    );

  addSetUpCommands(program, start);
  addResumeCommand(program, start);
  addTrialCommands(program, start);
  addOptions(
    program
      .command('retry <output>')
      .description('run the failed rows of a finished run again, and put the answers into their places'),
    RETRY_OPTIONS,
  )
    .addHelpText('after', EXIT_CODE_HELP)
    .action((output, flags) =>
      start(async (context) => {
        const { retryCommand } = await import('./commands/retry.js');
        return retryCommand(output, flags, context);
      }),
    );

  addFailuresCommand(program, start);
  addOptions(
    program
      .command('report <output>')
      .description(
        'make a page about a run, from what it left behind: one HTML file that needs nothing else',
      ),
    REPORT_OPTIONS,
  ).action((output, flags) =>
    start(async (context) => {
      const { reportCommand } = await import('./commands/report.js');
      return reportCommand(output, flags, context);
    }),
  );

  addOptions(
    program
      .command('cancel <output>')
      .description("cancel a run's batches at a batch API, and keep the results that they have"),
    CANCEL_OPTIONS,
  ).action((output, flags) =>
    start(async (context) => {
      const { cancelCommand } = await import('./commands/cancel.js');
      return cancelCommand(output, flags, context);
    }),
  );
  addOptions(
    program
      .command('status [output]')
      .description('how a run is, going on or over; without <output>, the runs of this folder'),
    STATUS_OPTIONS,
  ).action((output, flags) =>
    start(async (context) => {
      const { statusCommand } = await import('./commands/status.js');
      return statusCommand(output, flags, context);
    }),
  );

  addComparingCommands(program, start);
  addQueueCommands(program, start);
  addFabricsCommands(program, start);
  addCacheCommands(program, start);
  addCleanCommand(program, start);
  return program;
}
