import { addOptions } from '../add-options.js';
import type { Start } from '../command-start.js';
import { COMPLETION_EXAMPLES } from '../help/examples.js';
import type { MeantCommand } from '../meant-command.js';
import { CACHE_CLEAR_OPTIONS, CACHE_STATS_OPTIONS } from '../options/cache.js';
import { CHECK_OPTIONS, SHOW_OPTIONS } from '../options/fabrics.js';
import { CLEAN_OPTIONS } from '../options/upkeep/clean.js';

/** `batchai fabrics`, `cache`, `clean` and `completion`. */
export function addUpkeepCommands(program: MeantCommand, start: Start): void {
  program.commandsGroup('On this machine');
  addFabricsCommands(program, start);
  addCacheCommands(program, start);
  addCleanCommand(program, start);
  addCompletionCommand(program, start);
}

/** `batchai fabrics` and its subcommands for fabric files. */
function addFabricsCommands(program: MeantCommand, start: Start): void {
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
      const { checkFabricCommand } = await import('../commands/fabrics-check.js');
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
      const { showFabricCommand } = await import('../commands/fabrics-show.js');
      return showFabricCommand(file, flags, context);
    }),
  );
  // With its own action, it would take the name of a subcommand that there is not for an argument.
  fabrics.allowExcessArguments().action((_flags, command: MeantCommand) =>
    command.args.length > 0
      ? command.unknownCommand()
      : start(async (context) => {
          const { fabricsCommand } = await import('../commands/fabrics.js');
          return fabricsCommand(context);
        }),
  );
}

/** `batchai cache stats` and `batchai cache clear`. */
function addCacheCommands(program: MeantCommand, start: Start): void {
  const cache = program.command('cache').description('look at the cache of answers, or clear it');
  addOptions(
    cache.command('stats').description('how many answers there are, how large and how old'),
    CACHE_STATS_OPTIONS,
  ).action((flags) =>
    start(async (context) => {
      const { cacheStatsCommand } = await import('../commands/upkeep/cache-stats.js');
      return cacheStatsCommand(flags, context);
    }),
  );
  addOptions(
    cache.command('clear').description('remove all answers; runs ask again'),
    CACHE_CLEAR_OPTIONS,
  ).action((flags) =>
    start(async (context) => {
      const { cacheClearCommand } = await import('../commands/upkeep/cache-clear.js');
      return cacheClearCommand(flags, context);
    }),
  );
}

/** `batchai clean`. */
function addCleanCommand(program: MeantCommand, start: Start): void {
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
      const { cleanCommand } = await import('../commands/upkeep/clean.js');
      return cleanCommand(folder ?? '.', flags, context);
    }),
  );
}

/** `batchai completion`. */
function addCompletionCommand(program: MeantCommand, start: Start): void {
  program
    .command('completion <shell>')
    .summary('have bash, zsh or fish complete words')
    .description(
      'print the script by which <shell> (bash, zsh or fish) completes commands, options, columns and files',
    )
    .notes({ examples: COMPLETION_EXAMPLES })
    .action((shell) =>
      start(async (context) => {
        const { completionCommand } = await import('../commands/upkeep/completion.js');
        return completionCommand(shell, context);
      }),
    );
}
