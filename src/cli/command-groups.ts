import type { Command } from 'commander';
import { CACHE_CLEAR_OPTIONS, CACHE_STATS_OPTIONS } from './options/cache.js';
import { CHECK_OPTIONS, SHOW_OPTIONS } from './options/fabrics.js';
import { addOptions } from './options/option-table.js';
import { QUEUE_CLEAN_OPTIONS, QUEUE_STATUS_OPTIONS } from './options/queue.js';

/** `batchai fabrics`, and what can be asked about a fabric file. */
export function addFabricsCommands(program: Command): void {
  const fabrics = program
    .command('fabrics')
    .description('list the on-device fabrics: what they take and what they give')
    .action(async () => {
      const { fabricsCommand } = await import('./commands/fabrics.js');
      fabricsCommand();
    });
  addOptions(
    fabrics
      .command('check <file>')
      .description('check a fabric file, and with --input that the file has the columns it uses'),
    CHECK_OPTIONS,
  ).action(async (file, flags) => {
    const { checkFabricCommand } = await import('./commands/fabrics-check.js');
    await checkFabricCommand(file, flags);
  });
  addOptions(
    fabrics
      .command('show <file>')
      .description('print the exact request that a row would send, with the key masked; nothing is called'),
    SHOW_OPTIONS,
  ).action(async (file, flags) => {
    const { showFabricCommand } = await import('./commands/fabrics-show.js');
    await showFabricCommand(file, flags);
  });
}

/** What can be asked about a queue, and done to it. */
export function addQueueCommands(program: Command): void {
  const queue = program.command('queue').description('look at a queue, or clean it');
  addOptions(
    queue.command('status').description('the runs on a queue, the workers, and how far they are'),
    QUEUE_STATUS_OPTIONS,
  ).action(async (flags) => {
    const { queueStatusCommand } = await import('./commands/queue-status.js');
    await queueStatusCommand(flags);
  });
  addOptions(
    queue.command('clean <run>').description('remove all that a queue holds of a run, by its id'),
    QUEUE_CLEAN_OPTIONS,
  ).action(async (run, flags) => {
    const { queueCleanCommand } = await import('./commands/queue-clean.js');
    await queueCleanCommand(run, flags);
  });
}

/** What can be asked about a cache of answers, and done to it. */
export function addCacheCommands(program: Command): void {
  const cache = program.command('cache').description('look at the cache of answers, or clear it');
  addOptions(
    cache.command('stats').description('how many answers there are, how large and how old'),
    CACHE_STATS_OPTIONS,
  ).action(async (flags) => {
    const { cacheStatsCommand } = await import('./commands/cache-stats.js');
    await cacheStatsCommand(flags);
  });
  addOptions(
    cache.command('clear').description('remove all answers; runs ask anew'),
    CACHE_CLEAR_OPTIONS,
  ).action(async (flags) => {
    const { cacheClearCommand } = await import('./commands/cache-clear.js');
    await cacheClearCommand(flags);
  });
}
