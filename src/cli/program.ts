import { Command } from 'commander';
import { readVersion } from '../this-process.js';
import { addCacheCommands, addFabricsCommands, addQueueCommands } from './command-groups.js';
import { EXIT_CODE_HELP } from './exit-codes.js';
import { ESTIMATE_OPTIONS } from './options/estimate.js';
import { addOptions } from './options/option-table.js';
import { PREVIEW_OPTIONS } from './options/preview.js';
import { REPORT_OPTIONS } from './options/report.js';
import { RETRY_OPTIONS } from './options/retry.js';
import { RUN_OPTIONS } from './options/run.js';
import { STATUS_OPTIONS } from './options/status.js';
import { WORKER_OPTIONS } from './options/worker.js';
import { printAside } from './print.js';

/** The commands. What a command needs is loaded when it runs, so that `--help` is there at once. */
export function buildProgram(): Command {
  const program = new Command('batchai')
    .description(
      'Runs an AI fabric over every row of a CSV or JSONL file; resumable, paced, paid for only once.',
    )
    .version(readVersion())
    .exitOverride()
    .configureOutput({ writeErr: printAside })
    .addHelpText('after', EXIT_CODE_HELP);

  addOptions(
    program
      .command('run <input>')
      .description('enrich every row of <input> (a file, or - for standard input)'),
    RUN_OPTIONS,
  )
    .addHelpText('after', EXIT_CODE_HELP)
    .action(async (input, flags) => {
      const { runCommand } = await import('./commands/run.js');
      await runCommand(input, flags);
    });

  addOptions(
    program
      .command('estimate <input>')
      .description('say what a run would send, take and cost; without --sample nothing is called'),
    ESTIMATE_OPTIONS,
  ).action(async (input, flags) => {
    const { estimateCommand } = await import('./commands/estimate.js');
    await estimateCommand(input, flags);
  });

  addOptions(
    program
      .command('preview <input>')
      .description('call a few rows and show them with their answers, before the run; nothing is written'),
    PREVIEW_OPTIONS,
  ).action(async (input, flags) => {
    const { previewCommand } = await import('./commands/preview.js');
    await previewCommand(input, flags);
  });

  addOptions(
    program
      .command('retry <output>')
      .description('run the failed rows of a finished run again, and put the answers into their places'),
    RETRY_OPTIONS,
  )
    .addHelpText('after', EXIT_CODE_HELP)
    .action(async (output, flags) => {
      const { retryCommand } = await import('./commands/retry.js');
      await retryCommand(output, flags);
    });

  addOptions(
    program
      .command('report <output>')
      .description(
        'make a page about a run, from what it left behind: one HTML file that needs nothing else',
      ),
    REPORT_OPTIONS,
  ).action(async (output, flags) => {
    const { reportCommand } = await import('./commands/report.js');
    await reportCommand(output, flags);
  });

  addOptions(
    program
      .command('status [output]')
      .description('how a run is, going on or over; without <output>, the runs of this folder'),
    STATUS_OPTIONS,
  ).action(async (output, flags) => {
    const { statusCommand } = await import('./commands/status.js');
    await statusCommand(output, flags);
  });

  addOptions(
    program
      .command('worker')
      .description('take batches of runs on a queue, make their calls, and hand the answers back'),
    WORKER_OPTIONS,
  ).action(async (flags) => {
    const { workerCommand } = await import('./commands/worker.js');
    await workerCommand(flags);
  });

  addQueueCommands(program);
  addFabricsCommands(program);
  addCacheCommands(program);
  return program;
}
