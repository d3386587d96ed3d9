import { addOptions } from '../add-options.js';
import type { Start } from '../command-start.js';
import type { MeantCommand } from '../meant-command.js';
import { QUEUE_CLEAN_OPTIONS, QUEUE_STATUS_OPTIONS } from '../options/queue.js';
import { WORKER_OPTIONS } from '../options/worker.js';

/** `batchai worker` and `queue`. */
export function addCommandsOfManyMachines(program: MeantCommand, start: Start): void {
  program.commandsGroup('Many machines');
  addQueueCommands(program, start);
}

/** `batchai worker`, `batchai queue status` and `batchai queue clean`. */
function addQueueCommands(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('worker')
      .summary('make the calls of runs on a queue')
      .description('take batches of runs on a queue, make their calls, and hand the answers back'),
    WORKER_OPTIONS,
  ).action((flags) =>
    start(async (context) => {
      const { workerCommand } = await import('../commands/worker.js');
      return workerCommand(flags, context);
    }),
  );

  const queue = program.command('queue').description('look at a queue, or clean it');
  addOptions(
    queue.command('status').description('the runs on a queue, the workers, and how far they are'),
    QUEUE_STATUS_OPTIONS,
  ).action((flags) =>
    start(async (context) => {
      const { queueStatusCommand } = await import('../commands/queue/status.js');
      return queueStatusCommand(flags, context);
    }),
  );
  addOptions(
    queue.command('clean <run>').description('remove all that a queue holds of a run, by its id'),
    QUEUE_CLEAN_OPTIONS,
  ).action((run, flags) =>
    start(async (context) => {
      const { queueCleanCommand } = await import('../commands/queue/clean.js');
      return queueCleanCommand(run, flags, context);
    }),
  );
}
