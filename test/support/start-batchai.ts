import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { CliTimings } from '../../src/cli/timings.js';
import { OutputWatch } from './output-watch.js';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../bin/batchai.js', import.meta.url));
const HURRIED_PROGRAM = fileURLToPath(new URL('./hurried-batchai.mjs', import.meta.url));

export interface BatchaiOptions {
  /** Default: the root of the repository, so that `fixtures/products.csv` is found. */
  cwd?: string;
  /** Besides PATH and HOME, the whole environment: a key in the developer's shell is never passed on. */
  env?: Record<string, string>;
  /** The Node that runs the program, by its path. Default: that of the tests. */
  node?: string;
  /** What the program reads on standard input. Default: nothing. */
  stdin?: string | Buffer;
  /** What differs from the usual waits: those of the built program, and SHORT_TIMINGS in the test's own process. */
  timings?: Partial<CliTimings>;
}

export interface BatchaiResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningBatchai {
  child: ChildProcess;
  /** When the program has ended and all its output was read. */
  finished: Promise<BatchaiResult>;
  /** What standard error holds so far. */
  stderr(): string;
  /** What it has printed to standard output so far. */
  stdout(): string;
  /** When standard error holds the text, at once if it does already. Rejects if the program ends without it. */
  stderrIncludes(text: string): Promise<void>;
}

/** Starts the built program. One that still runs when the test ends is killed and fails the test. */
export function startBatchai(args: readonly string[], options: BatchaiOptions = {}): RunningBatchai {
  const child = spawn(process.execPath, [...programWith(options.timings), ...args], {
    cwd: options.cwd ?? REPOSITORY,
    env: cleanEnvironment(options.env),
    stdio: 'pipe',
  });
  // A program that ends without reading its input breaks the pipe; how it ended says all there is to say.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin);
  const stdout = new OutputWatch(child.stdout);
  const stderr = new OutputWatch(child.stderr);

  const finished = new Promise<BatchaiResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code, signal, stdout: stdout.text, stderr: stderr.text }),
    );
  });
  // A test that only waits for a message, and fails there, leaves this rejection to nobody.
  finished.catch(() => undefined);

  onTestFinished(async () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await finished;
    throw new Error(`batchai ${args.join(' ')}: still running when the test ended. It said:\n${stderr.text}`);
  });
  return {
    child,
    finished,
    stderr: () => stderr.text,
    stdout: () => stdout.text,
    stderrIncludes: (text) => stderr.includes(text),
  };
}

/** The program as Node is given it. */
export function programWith(timings?: Partial<CliTimings>): string[] {
  return timings === undefined ? [PROGRAM] : [HURRIED_PROGRAM, JSON.stringify(timings)];
}

export function cleanEnvironment(given: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { ...(PATH !== undefined && { PATH }), ...(HOME !== undefined && { HOME }), ...given };
}
