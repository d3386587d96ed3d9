import { addOptions } from '../add-options.js';
import type { Start } from '../command-start.js';
import { COMPARE_EXAMPLES, ESTIMATE_EXAMPLES, PREVIEW_EXAMPLES } from '../help/examples.js';
import type { MeantCommand } from '../meant-command.js';
import { COMPARE_OPTIONS } from '../options/compare.js';
import { DOCTOR_OPTIONS } from '../options/doctor.js';
import { ESTIMATE_OPTIONS } from '../options/estimate.js';
import { INIT_OPTIONS } from '../options/init.js';
import { PREVIEW_OPTIONS } from '../options/preview.js';

/** `batchai init`, `doctor`, `estimate`, `preview` and `compare`. */
export function addCommandsBeforeARun(program: MeantCommand, start: Start): void {
  program.commandsGroup('Before a run');
  addSetUpCommands(program, start);
  addTrialCommands(program, start);
  addCompareCommand(program, start);
}

/** `batchai init` and `batchai doctor`. */
function addSetUpCommands(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('init [input]')
      .summary('write a fabric file: asks little')
      .description('write a fabric file for <input>: asks little, and says which commands come next'),
    INIT_OPTIONS,
  ).action((input, flags) =>
    start(async (context) => {
      const { initCommand } = await import('../commands/init.js');
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
      const { doctorCommand } = await import('../commands/doctor.js');
      return doctorCommand(fabric, flags, context);
    }),
  );
}

/** `batchai estimate` and `batchai preview`. */
function addTrialCommands(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('estimate <input>')
      .summary('say what a run would send, take and cost')
      .notes({ examples: ESTIMATE_EXAMPLES })
      .description('say what a run would send, take and cost; without --sample nothing is called'),
    ESTIMATE_OPTIONS,
  ).action((input, flags) =>
    start(async (context) => {
      const { estimateCommand } = await import('../commands/estimate.js');
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
      const { previewCommand } = await import('../commands/preview.js');
      return previewCommand(input, flags, context);
    }),
  );
}

/** `batchai compare`. */
function addCompareCommand(program: MeantCommand, start: Start): void {
  addOptions(
    program
      .command('compare <input>')
      .summary('a few rows through several fabrics, side by side')
      .notes({ examples: COMPARE_EXAMPLES })
      .description('run the same few rows through several fabrics, and show the answers side by side'),
    COMPARE_OPTIONS,
  ).action((input, flags) =>
    start(async (context) => {
      const { compareCommand } = await import('../commands/compare.js');
      return compareCommand(input, flags, context);
    }),
  );
}
