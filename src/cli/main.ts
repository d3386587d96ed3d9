import { CommanderError } from 'commander';
import { printAside } from './print.js';
import { buildProgram } from './program.js';

/**
 * The command line from its arguments to its exit code. Everything for people goes to standard error;
 * only what was asked for as data (help, versions, --json, rows) goes to standard output.
 */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (| head) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  // A run must not fail because nobody reads its messages any more.
  process.stderr.on('error', () => {});
  try {
    await buildProgram().parseAsync(argv);
  } catch (error) {
    process.exitCode = await report(error);
  }
}

async function report(error: unknown): Promise<number> {
  // Commander has printed its message already; everything but help and version is a wrong command.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { exitCodeOfError } = await import('./exit-code-of.js');
  const { describeError } = await import('./text/error.js');
  const { paint } = await import('./paint.js');
  for (const line of describeError(error).split('\n')) {
    printAside(`${paint.red('batchai:')} ${line}\n`);
  }
  return exitCodeOfError(error);
}
