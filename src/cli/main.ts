import { CommanderError } from 'commander';
import type { ExitCode } from './exit-codes.js';
import type { CliIo } from './io.js';
import { paint } from './paint.js';
import { print, printAside } from './print.js';
import { buildProgram } from './program.js';

/**
 * The command line from its arguments to its exit code. Everything for people goes to standard error; only what was
 * asked for as data (help, versions, --json, rows) goes to standard output. When it returns, all that it opened is closed.
 *
 * @param argv what was typed after `batchai`.
 * @example process.exitCode = await main(['run', 'rows.csv', '-f', 'local:keywords'], io);
 */
export async function main(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = buildProgram({
    version: io.self.version,
    output: {
      writeOut: (text) => print(io, text),
      writeErr: (text) => printAside(io, text),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
    },
    start: async (command) => {
      code = await command({ io, argv });
    },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return report(error, io);
  }
}

async function report(error: unknown, io: CliIo): Promise<ExitCode> {
  // Commander has printed its message already; everything but help and version is a wrong command.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { exitCodeOfError } = await import('./exit-code-of.js');
  const { describeError } = await import('./text/error.js');
  for (const line of describeError(error).split('\n')) printAside(io, `${paint.red('batchai:')} ${line}\n`);
  return exitCodeOfError(error);
}
