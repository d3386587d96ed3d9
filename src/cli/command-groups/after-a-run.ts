import { addOptions } from '../add-options.js';
import type { Start } from '../command-start.js';
import type { MeantCommand } from '../meant-command.js';
import { DIFF_OPTIONS } from '../options/diff.js';
import { FAILURES_OPTIONS } from '../options/failures.js';
import { REPORT_OPTIONS, VIEW_OPTIONS } from '../options/pages.js';
import { STATUS_OPTIONS } from '../options/status.js';

/** `batchai status`, `failures`, `report`, `view` and `diff`. */
export function addCommandsAfterARun(program: MeantCommand, start: Start): void {
  program.commandsGroup('While it goes on, and after');
  addWatchingCommands(program, start);
  addDiffCommand(program, start);
}

/** `batchai status`, `batchai failures`, `batchai report` and `batchai view`. */
function addWatchingCommands(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('status [output]')
      .summary('how a run is, or the runs of this folder')
      .description('how a run is, going on or over; without <output>, the runs of this folder'),
    STATUS_OPTIONS,
  ).action((output, flags) =>
    start(async (context) => {
      const { statusCommand } = await import('../commands/status.js');
      return statusCommand(output, flags, context);
    }),
  );

  addOptions(
    program
      .command('failures <output>')
      .summary('the rows that failed, by kind, with what to do')
      .description('the rows of a run that failed, by kind, with what to do about them'),
    FAILURES_OPTIONS,
  ).action((output, flags) =>
    start(async (context) => {
      const { failuresCommand } = await import('../commands/failures.js');
      return failuresCommand(output, flags, context);
    }),
  );

  addOptions(
    program
      .command('report <output>')
      .summary('make a page about a run: one HTML file')
      .description(
        'make a page about a run, from what it left behind: one HTML file that needs nothing else',
      ),
    REPORT_OPTIONS,
  ).action((output, flags) =>
    start(async (context) => {
      const { reportCommand } = await import('../commands/pages/report.js');
      return reportCommand(output, flags, context);
    }),
  );

  addOptions(
    program
      .command('view <output>')
      .summary('read rows beside their answers in a browser')
      .description('read rows beside their answers in a browser, while a run goes on and afterwards'),
    VIEW_OPTIONS,
  ).action((output, flags) =>
    start(async (context) => {
      const { viewCommand } = await import('../commands/pages/view.js');
      return viewCommand(output, flags, context);
    }),
  );
}

/** `batchai diff`. */
function addDiffCommand(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('diff <before> <after>')
      .summary('say what differs between two outputs, row by row')
      .description('say what differs between two files of rows, such as the outputs of two runs, row by row'),
    DIFF_OPTIONS,
  ).action((before, after, flags) =>
    start(async (context) => {
      const { diffCommand } = await import('../commands/diff.js');
      return diffCommand(before, after, flags, context);
    }),
  );
}
