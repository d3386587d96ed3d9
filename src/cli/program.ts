import { Command } from 'commander';
import { EXIT_CODE_HELP } from './exit-code-table.js';
import { CHECK_OPTIONS, SHOW_OPTIONS } from './fabrics-options.js';
import { addOptions } from './option-table.js';
import { QUEUE_CLEAN_OPTIONS, QUEUE_STATUS_OPTIONS } from './queue-options.js';
import { REPORT_OPTIONS } from './report-options.js';
import { RETRY_OPTIONS } from './retry-options.js';
import { RUN_OPTIONS } from './run-options.js';
import { STATUS_OPTIONS } from './status-options.js';
import { readVersion } from './version.js';
import { WORKER_OPTIONS } from './worker-options.js';

/** The commands. What a command needs is loaded when it runs, so that `--help` is there at once. */
export function buildProgram(): Command {
  const program = new Command('batchai')
    .description(
      'Runs an AI fabric over every row of a CSV or JSONL file; resumable, paced, paid for only once.',
    )
    .version(readVersion())
    .exitOverride()
    .addHelpText('after', EXIT_CODE_HELP);

  addOptions(
    program
      .command('run <input>')
      .description('enrich every row of <input> (a file, or - for standard input)'),
    RUN_OPTIONS,
  )
    .addHelpText('after', EXIT_CODE_HELP)
    .action(async (input, flags) => {
      const { runCommand } = await import('./run.js');
      await runCommand(input, flags);
    });

  addOptions(
    program
      .command('retry <output>')
      .description('run the failed rows of a finished run again, and put the answers into their places'),
    RETRY_OPTIONS,
  )
    .addHelpText('after', EXIT_CODE_HELP)
    .action(async (output, flags) => {
      const { retryCommand } = await import('./retry.js');
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
    const { reportCommand } = await import('./report.js');
    await reportCommand(output, flags);
  });

  addOptions(
    program
      .command('status [output]')
      .description('how a run is, going on or over; without <output>, the runs of this folder'),
    STATUS_OPTIONS,
  ).action(async (output, flags) => {
    const { statusCommand } = await import('./status.js');
    await statusCommand(output, flags);
  });

  addOptions(
    program
      .command('worker')
      .description('take batches of runs on a queue, make their calls, and hand the answers back'),
    WORKER_OPTIONS,
  ).action(async (flags) => {
    const { workerCommand } = await import('./worker.js');
    await workerCommand(flags);
  });

  addQueueCommands(program);
  addFabricsCommands(program);
  return program;
}

/** `batchai fabrics`, and what can be asked about a fabric file. */
function addFabricsCommands(program: Command): void {
  const fabrics = program
    .command('fabrics')
    .description('list the on-device fabrics: what they take and what they give')
    .action(async () => {
      const { fabricsCommand } = await import('./fabrics.js');
      fabricsCommand();
    });
  addOptions(
    fabrics
      .command('check <file>')
      .description('check a fabric file, and with --input that the file has the columns it uses'),
    CHECK_OPTIONS,
  ).action(async (file, flags) => {
    const { checkFabricCommand } = await import('./fabrics-check.js');
    await checkFabricCommand(file, flags);
  });
  addOptions(
    fabrics
      .command('show <file>')
      .description('print the exact request that a row would send, with the key masked; nothing is called'),
    SHOW_OPTIONS,
  ).action(async (file, flags) => {
    const { showFabricCommand } = await import('./fabrics-show.js');
    await showFabricCommand(file, flags);
  });
}

/** What can be asked about a queue, and done to it. */
function addQueueCommands(program: Command): void {
  const queue = program.command('queue').description('look at a queue, or clean it');
  addOptions(
    queue.command('status').description('the runs on a queue, the workers, and how far they are'),
    QUEUE_STATUS_OPTIONS,
  ).action(async (flags) => {
    const { queueStatusCommand } = await import('./queue-status.js');
    await queueStatusCommand(flags);
  });
  addOptions(
    queue.command('clean <run>').description('remove all that a queue holds of a run, by its id'),
    QUEUE_CLEAN_OPTIONS,
  ).action(async (run, flags) => {
    const { queueCleanCommand } = await import('./queue-clean.js');
    await queueCleanCommand(run, flags);
  });
}
