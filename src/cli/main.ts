import { type Command, CommanderError } from 'commander';
import { fileKindOfName } from '../rows/format.js';
import { MissingKeyError } from '../run/plan/api-key.js';
import { OptionError } from '../run/settings/option-parsers.js';
import { BrokenRunError } from './broken-run-error.js';
import { COMPLETE } from './completion/shells.js';
import { applyDefaults } from './defaults/apply-defaults.js';
import type { ExitCode } from './exit-codes.js';
import type { CliIo } from './io.js';
import { paint } from './paint.js';
import { print, printAside } from './print.js';
import { buildProgram } from './program.js';
import { UnknownWordError } from './unknown-word-error.js';

/**
 * Runs one command line and returns its exit code. Data (help, versions, --json, rows) goes to standard output,
 * everything else to standard error. Everything that it opens is closed when it returns.
 *
 * @param argv what was typed after `batchai`.
 * @example process.exitCode = await main(['run', 'rows.csv', '-f', 'local:keywords'], io);
 */
export async function main(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  const [first, ...rest] = argv;
  if (first === COMPLETE) return printCompletions(rest, io);
  let code: ExitCode = 0;
  let surroundings = io;
  const program = buildProgram({
    version: io.self.version,
    words: argv,
    output: {
      writeOut: (text) => print(io, text),
      writeErr: (text) => printAside(io, text),
      outputError: (text, write) => write(`batchai: ${text}`),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
    },
    start: async (command) => {
      code = await command({ io: surroundings });
    },
  });
  program.hook('preAction', async (_, command) => {
    surroundings = await applyDefaults(() => buildProgram(), command, io);
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return report(error, program, argv, io);
  }
}

/** For the scripts of `batchai completion`: how to complete, then the words. A shell must not hear of anything that fails. */
async function printCompletions(typed: readonly string[], io: CliIo): Promise<ExitCode> {
  const { complete } = await import('./completion/complete.js');
  const programFor = (words: readonly string[]) =>
    buildProgram({ version: '', output: {}, start: () => Promise.resolve(), words });
  const { kind, lines } = await complete(typed, programFor, io);
  print(io, `${[kind, ...lines].join('\n')}\n`);
  return 0;
}

async function report(
  error: unknown,
  program: Command,
  argv: readonly string[],
  io: CliIo,
): Promise<ExitCode> {
  if (error instanceof CommanderError) {
    // Commander has printed help, the version or its message already.
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.missingArgument') printAside(io, takenForValue(program, argv));
    if (error.code !== 'commander.help') printAside(io, seeHelp(program, argv));
    return 2;
  }
  if (error instanceof UnknownWordError) {
    const { describeUnknownWord } = await import('./help/unknown-word.js');
    printAside(io, `batchai: ${paint.red('error:')} ${describeUnknownWord(error, buildProgram())}\n`);
    printAside(io, seeHelp(program, argv));
    return 2;
  }
  const { exitCodeOfError } = await import('./exit-code-of.js');
  const { describeError } = await import('./text/error.js');
  const told = error instanceof BrokenRunError ? error.cause : error;
  for (const line of describeError(told).split('\n'))
    printAside(io, `batchai: ${paint.red('error:')} ${line}\n`);
  if (error instanceof OptionError) printAside(io, seeHelp(program, argv));
  if (error instanceof BrokenRunError) printAside(io, `batchai: go on: ${error.goOn}\n`);
  if (error instanceof MissingKeyError) printAside(io, await offerEnvFile(program, argv));
  return exitCodeOfError(told);
}

/** A `.env` is not read by itself: it may be of another program, and a key in it of another project. */
async function offerEnvFile(program: Command, argv: readonly string[]): Promise<string> {
  const { envFileBeside, envFileHint } = await import('./defaults/env-file.js');
  const command = commandsMeant(program, argv).at(-1) ?? program;
  const { fabric, envFile } = command.opts<{ fabric?: unknown; envFile?: string }>();
  const files = [fabric, ...command.args].flat().filter((file) => typeof file === 'string' && file !== '-');
  const found = envFile === undefined ? await envFileBeside(files.map(String)) : undefined;
  return found === undefined ? '' : `${envFileHint(found)}\n`;
}

/** Where the argument that is missing may be: commander takes the word after `--columns` or `--cache` as its value. */
function takenForValue(program: Command, argv: readonly string[]): string {
  const command = commandsMeant(program, argv).at(-1) ?? program;
  const values = command.opts<Record<string, unknown>>();
  return command.options
    .map((option) => ({ option, long: option.long, value: values[option.attributeName()] }))
    .filter(({ option, value }) => option.optional && isInputName(value))
    .map(
      ({ long, value }) =>
        `${long} took "${value}" as its value: put it before the options, or ${long} last\n`,
    )
    .join('');
}

function isInputName(value: unknown): boolean {
  return typeof value === 'string' && (value === '-' || fileKindOfName(value) !== undefined);
}

/** `See: batchai queue status --help`, for the command that was meant. */
function seeHelp(program: Command, argv: readonly string[]): string {
  return `See: ${['batchai', ...commandsMeant(program, argv).map((command) => command.name())].join(' ')} --help\n`;
}

/** The command that was typed, and its subcommand. */
function commandsMeant(program: Command, argv: readonly string[]): Command[] {
  const meant: Command[] = [];
  for (const word of argv) {
    const next: Command | undefined = (meant.at(-1) ?? program).commands.find((one) => one.name() === word);
    if (next === undefined) break;
    meant.push(next);
  }
  return meant;
}
