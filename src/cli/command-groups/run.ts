import { addOptions } from '../add-options.js';
import type { Start } from '../command-start.js';
import { RESUME_EXAMPLES, RETRY_EXAMPLES, RUN_EXAMPLES } from '../help/examples.js';
import type { MeantCommand } from '../meant-command.js';
import { CANCEL_OPTIONS } from '../options/cancel.js';
import { RESUME_OPTIONS } from '../options/resume.js';
import { RETRY_OPTIONS } from '../options/retry.js';
import { RUN_OPTIONS } from '../options/run.js';

/** `batchai run`, `batchai resume`, `batchai retry` and `batchai cancel`. */
export function addRunCommands(program: MeantCommand, start: Start): void {
  program.commandsGroup('Run');
  addOptions(
    program
      .command('run <input>')
      .description('enrich every row of <input> (a file, or - for standard input)'),
    RUN_OPTIONS,
  )
    .summary('enrich every row of a file')
    .notes({ examples: RUN_EXAMPLES, endsAsRun: true })
    .action((input, flags) =>
      start(async (context) => {
        const { runCommand } = await import('../commands/run.js');
        return runCommand(input, flags, context);
      }),
    );

  addOptions(
    program
      .command('resume <output>')
      .description('go on with the run of <output>, with the settings that it had last'),
    RESUME_OPTIONS,
  )
    .summary('go on with a run, with the settings that it had last')
    .notes({
      examples: RESUME_EXAMPLES,
      remark: 'What is not given is as the run had it last',
      endsAsRun: true,
    })
    .action((output, flags) =>
      start(async (context) => {
        const { resumeCommand } = await import('../commands/resume.js');
        return resumeCommand(output, flags, context);
      }),
    );

  addOptions(
    program
      .command('retry <output>')
      .description('run the failed rows of a finished run again, and put the answers into their places'),
    RETRY_OPTIONS,
  )
    .summary('run the rows that failed again')
    .notes({ examples: RETRY_EXAMPLES, remark: 'What is not given is as in the run', endsAsRun: true })
    .action((output, flags) =>
      start(async (context) => {
        const { retryCommand } = await import('../commands/retry.js');
        return retryCommand(output, flags, context);
      }),
    );

  addOptions(
    program
      .command('cancel <output>')
      .summary("cancel a run's batches at a batch API")
      .description("cancel a run's batches at a batch API, and keep the results that they have"),
    CANCEL_OPTIONS,
  ).action((output, flags) =>
    start(async (context) => {
      const { cancelCommand } = await import('../commands/cancel.js');
      return cancelCommand(output, flags, context);
    }),
  );
}
