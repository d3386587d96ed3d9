import { addOptions } from './add-options.js';
import type { Start } from './command-start.js';
import {
  COMPARE_EXAMPLES,
  COMPLETION_EXAMPLES,
  ESTIMATE_EXAMPLES,
  PREVIEW_EXAMPLES,
} from './help/examples.js';
import type { MeantCommand } from './meant-command.js';
import { CACHE_CLEAR_OPTIONS, CACHE_STATS_OPTIONS } from './options/cache.js';
import { COMPARE_OPTIONS } from './options/compare.js';
import { DIFF_OPTIONS } from './options/diff.js';
import { DOCTOR_OPTIONS } from './options/doctor.js';
import { ESTIMATE_OPTIONS } from './options/estimate.js';
import { CHECK_OPTIONS, SHOW_OPTIONS } from './options/fabrics.js';
import { FAILURES_OPTIONS } from './options/failures.js';
import { INIT_OPTIONS } from './options/init.js';
import { REPORT_OPTIONS, VIEW_OPTIONS } from './options/pages.js';
import { PREVIEW_OPTIONS } from './options/preview.js';
import { QUEUE_CLEAN_OPTIONS, QUEUE_STATUS_OPTIONS } from './options/queue.js';
import { STATUS_OPTIONS } from './options/status.js';
import { CLEAN_OPTIONS } from './options/upkeep/clean.js';
import { WORKER_OPTIONS } from './options/worker.js';

/** `batchai init` and `batchai doctor`. */
export function addSetUpCommands(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('init [input]')
      .summary('write a fabric file: asks little')
      .description('write a fabric file for <input>: asks little, and says which commands come next'),
    INIT_OPTIONS,
  ).action((input, flags) =>
    start(async (context) => {
      const { initCommand } = await import('./commands/init.js');
      return initCommand(input, flags, context);
    }),
  );

  addOptions(
    program
      .command('doctor [fabric]')
      .summary('look at all that a run needs: key, address, disk')
      .description(
        'look at all that a run needs: fabric, key, address, queue, disk; exit code 2 for a problem',
      ),
    DOCTOR_OPTIONS,
  ).action((fabric, flags) =>
    start(async (context) => {
      const { doctorCommand } = await import('./commands/doctor.js');
      return doctorCommand(fabric, flags, context);
    }),
  );
}

/** `batchai estimate` and `batchai preview`. */
export function addTrialCommands(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('estimate <input>')
      .summary('say what a run would send, take and cost')
      .notes({ examples: ESTIMATE_EXAMPLES })
      .description('say what a run would send, take and cost; without --sample nothing is called'),
    ESTIMATE_OPTIONS,
  ).action((input, flags) =>
    start(async (context) => {
      const { estimateCommand } = await import('./commands/estimate.js');
      return estimateCommand(input, flags, context);
    }),
  );

  addOptions(
    program
      .command('preview <input>')
      .summary('call a few rows and show them with their answers')
      .notes({ examples: PREVIEW_EXAMPLES })
      .description('call a few rows and show them with their answers, before the run; nothing is written'),
    PREVIEW_OPTIONS,
  ).action((input, flags) =>
    start(async (context) => {
      const { previewCommand } = await import('./commands/preview.js');
      return previewCommand(input, flags, context);
    }),
  );
}

/** `batchai status`, `batchai failures`, `batchai report` and `batchai view`. */
export function addWatchingCommands(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('status [output]')
      .summary('how a run is, or the runs of this folder')
      .description('how a run is, going on or over; without <output>, the runs of this folder'),
    STATUS_OPTIONS,
  ).action((output, flags) =>
    start(async (context) => {
      const { statusCommand } = await import('./commands/status.js');
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
      const { failuresCommand } = await import('./commands/failures.js');
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
      const { reportCommand } = await import('./commands/pages/report.js');
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
      const { viewCommand } = await import('./commands/pages/view.js');
      return viewCommand(output, flags, context);
    }),
  );
}

/** `batchai compare`. */
export function addCompareCommand(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('compare <input>')
      .summary('a few rows through several fabrics, side by side')
      .notes({ examples: COMPARE_EXAMPLES })
      .description('run the same few rows through several fabrics, and show the answers side by side'),
    COMPARE_OPTIONS,
  ).action((input, flags) =>
    start(async (context) => {
      const { compareCommand } = await import('./commands/compare.js');
      return compareCommand(input, flags, context);
    }),
  );
}

/** `batchai diff`. */
export function addDiffCommand(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('diff <before> <after>')
      .summary('say what differs between two outputs, row by row')
      .description('say what differs between two files of rows, such as the outputs of two runs, row by row'),
    DIFF_OPTIONS,
  ).action((before, after, flags) =>
    start(async (context) => {
      const { diffCommand } = await import('./commands/diff.js');
      return diffCommand(before, after, flags, context);
    }),
  );
}

/** `batchai fabrics` and its subcommands for fabric files. */
export function addFabricsCommands(program: MeantCommand, start: Start): void {
  const fabrics = program
    .command('fabrics')
    .summary('list the on-device fabrics; check a fabric file')
    .description('list the on-device fabrics: what they take and what they give');
  addOptions(
    fabrics
      .command('check <file>')
      .description('check a fabric file, and with --input that the file has the columns it uses'),
    CHECK_OPTIONS,
  ).action((file, flags) =>
    start(async (context) => {
      const { checkFabricCommand } = await import('./commands/fabrics-check.js');
      return checkFabricCommand(file, flags, context);
    }),
  );
  addOptions(
    fabrics
      .command('show <file>')
      .description('print the exact request that a row would send, with the key masked; nothing is called'),
    SHOW_OPTIONS,
  ).action((file, flags) =>
    start(async (context) => {
      const { showFabricCommand } = await import('./commands/fabrics-show.js');
      return showFabricCommand(file, flags, context);
    }),
  );
  // With its own action, it would take the name of a subcommand that there is not for an argument.
  fabrics.allowExcessArguments().action((_flags, command: MeantCommand) =>
    command.args.length > 0
      ? command.unknownCommand()
      : start(async (context) => {
          const { fabricsCommand } = await import('./commands/fabrics.js');
          return fabricsCommand(context);
        }),
  );
}

/** `batchai worker`, `batchai queue status` and `batchai queue clean`. */
export function addQueueCommands(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('worker')
      .summary('make the calls of runs on a queue')
      .description('take batches of runs on a queue, make their calls, and hand the answers back'),
    WORKER_OPTIONS,
  ).action((flags) =>
    start(async (context) => {
      const { workerCommand } = await import('./commands/worker.js');
      return workerCommand(flags, context);
    }),
  );

  const queue = program.command('queue').description('look at a queue, or clean it');
  addOptions(
    queue.command('status').description('the runs on a queue, the workers, and how far they are'),
    QUEUE_STATUS_OPTIONS,
  ).action((flags) =>
    start(async (context) => {
      const { queueStatusCommand } = await import('./commands/queue/status.js');
      return queueStatusCommand(flags, context);
    }),
  );
  addOptions(
    queue.command('clean <run>').description('remove all that a queue holds of a run, by its id'),
    QUEUE_CLEAN_OPTIONS,
  ).action((run, flags) =>
    start(async (context) => {
      const { queueCleanCommand } = await import('./commands/queue/clean.js');
      return queueCleanCommand(run, flags, context);
    }),
  );
}

/** `batchai cache stats` and `batchai cache clear`. */
export function addCacheCommands(program: MeantCommand, start: Start): void {
  const cache = program.command('cache').description('look at the cache of answers, or clear it');
  addOptions(
    cache.command('stats').description('how many answers there are, how large and how old'),
    CACHE_STATS_OPTIONS,
  ).action((flags) =>
    start(async (context) => {
      const { cacheStatsCommand } = await import('./commands/upkeep/cache-stats.js');
      return cacheStatsCommand(flags, context);
    }),
  );
  addOptions(
    cache.command('clear').description('remove all answers; runs ask again'),
    CACHE_CLEAR_OPTIONS,
  ).action((flags) =>
    start(async (context) => {
      const { cacheClearCommand } = await import('./commands/upkeep/cache-clear.js');
      return cacheClearCommand(flags, context);
    }),
  );
}

/** `batchai clean`. */
export function addCleanCommand(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('clean [folder]')
      .summary('remove the checkpoints of runs finished long ago')
      .description(
        'remove the checkpoints of runs that were finished long ago; outputs and unfinished runs stay',
      ),
    CLEAN_OPTIONS,
  ).action((folder, flags) =>
    start(async (context) => {
      const { cleanCommand } = await import('./commands/upkeep/clean.js');
      return cleanCommand(folder ?? '.', flags, context);
    }),
  );
}

/** `batchai completion`. */
export function addCompletionCommand(program: MeantCommand, start: Start): void {
  program
    .command('completion <shell>')
    .summary('have bash, zsh or fish complete words')
    .description(
      'print the script by which <shell> (bash, zsh or fish) completes commands, options, columns and files',
    )
    .notes({ examples: COMPLETION_EXAMPLES })
    .action((shell) =>
      start(async (context) => {
        const { completionCommand } = await import('./commands/upkeep/completion.js');
        return completionCommand(shell, context);
      }),
    );
}
