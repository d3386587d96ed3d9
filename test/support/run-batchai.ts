import { EventEmitter } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import type { CliIo } from '../../src/cli/io.js';
import { main } from '../../src/cli/main.js';
import { CLI_TIMINGS, type CliTimings } from '../../src/cli/timings.js';
import { systemClock } from '../../src/limits/clock.js';
import type { EndSignal } from '../../src/run/control/stop.js';
import { killGroup, processes, self } from '../../src/this-process.js';
import {
  type BatchaiOptions,
  type BatchaiResult,
  cleanEnvironment,
  REPOSITORY,
  startBatchai,
} from './start-batchai.js';

export type { BatchaiOptions, BatchaiResult } from './start-batchai.js';

/** Below vitest's own limit for a test, so that the error can show what the program had said. */
const DEFAULT_TIMEOUT_MS = 150_000;

/** Rows that are tried again do not wait as long as for a real service, and a plan waits until its rows are counted. */
export const SHORT_TIMINGS: CliTimings = {
  ...CLI_TIMINGS,
  backoff: { firstMs: 50, longestMs: 1_000 },
  // What a plan says must not hang on how fast the machine is.
  counting: { beforeRunMs: 60_000, beforeAskingMs: 60_000, onlyPlannedMs: 60_000 },
};

/** Variables that Node itself reads when it starts. */
const OF_NODE = /^(?:HOME|TZ|LANG|LC_.*|NODE_.*|SSL_.*|NO_COLOR|FORCE_COLOR)$/;

/** The folder of a process is one for all that runs in it. */
let isRunningHere = false;

export interface RunOptions extends BatchaiOptions {
  readonly timeoutMs?: number;
  /** The streams are a terminal, at which a person presses these keys, each as soon as its question shows. */
  readonly keys?: readonly Keys[];
}

export interface Keys {
  readonly at: string;
  readonly press: string;
}

/**
 * Runs a command to its end, within this process where that is possible: a second one at the same time, or one whose
 * environment Node reads, is run by the built program, with its own timings.
 */
export async function runBatchai(args: readonly string[], options: RunOptions = {}): Promise<BatchaiResult> {
  if (isRunningHere || Object.keys(options.env ?? {}).some((name) => OF_NODE.test(name)))
    return spawnBatchai(args, options);
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const { finished, stderr } = startHere(args, options);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(lateError(args, timeoutMs, stderr())), timeoutMs);
  });
  return Promise.race([finished, late]).finally(() => clearTimeout(timer));
}

/** A command within this process. */
export interface CommandHere {
  /** As if the process were sent it, once. */
  signal(name: EndSignal): void;
  readonly finished: Promise<BatchaiResult>;
  /** What standard output and standard error hold so far. */
  stdout(): string;
  stderr(): string;
}

/** Starts a command within this process, for a test that interrupts it; there can be one at a time. */
export function startHere(args: readonly string[], options: RunOptions = {}): CommandHere {
  if (isRunningHere) throw new Error('a command runs in this process already');
  const folderBefore = process.cwd();
  const stdout = new CollectedOutput();
  const stderr = options.keys === undefined ? new CollectedOutput() : new Terminal(options.keys);
  const signals = new EventEmitter();
  isRunningHere = true;
  process.chdir(options.cwd ?? REPOSITORY);
  const finished = main(args, ioOf(options, signals, stdout, stderr))
    .then((code) => ({ code, signal: null, stdout: stdout.text, stderr: stderr.text }))
    .finally(() => {
      process.chdir(folderBefore);
      isRunningHere = false;
    });
  // A test that fails before it waits for the end leaves this rejection to nobody.
  finished.catch(() => undefined);
  return {
    signal: (name) => void signals.emit(name, name),
    finished,
    stdout: () => stdout.text,
    stderr: () => stderr.text,
  };
}

/**
 * Runs the built program to its end, for what needs a process: signals, pipes, variables of Node, what it loads.
 * Rejects, having killed it, when it takes longer than `timeoutMs`.
 */
export async function spawnBatchai(
  args: readonly string[],
  options: BatchaiOptions & { timeoutMs?: number } = {},
): Promise<BatchaiResult> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, ...startOptions } = options;
  const batchai = startBatchai(args, startOptions);
  let tookTooLong = false;
  const timer = setTimeout(() => {
    tookTooLong = true;
    batchai.child.kill('SIGKILL');
  }, timeoutMs);
  try {
    const result = await batchai.finished;
    if (tookTooLong) throw lateError(args, timeoutMs, result.stderr);
    return result;
  } finally {
    clearTimeout(timer);
  }
}

function ioOf(
  { env, stdin, timings }: RunOptions,
  signals: EventEmitter,
  stdout: CollectedOutput,
  stderr: CollectedOutput,
): CliIo {
  return {
    env: cleanEnvironment(env),
    stdin:
      stderr instanceof Terminal
        ? stderr.input
        : Readable.from(stdin === undefined ? [] : [Buffer.from(stdin)], { objectMode: false }),
    stdout,
    stderr,
    colours: { stdout: false, stderr: false },
    signals,
    ignoresHangups: false,
    clock: systemClock,
    random: Math.random,
    timings: { ...SHORT_TIMINGS, ...timings },
    processes,
    self: self(),
    killGroup,
    leaveAtOnce: () => {
      throw new Error("a second signal ends a process, and this one is the tests'");
    },
  };
}

class CollectedOutput extends Writable {
  readonly #pieces: Buffer[] = [];

  get text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#pieces.push(piece);
    done();
  }
}

/** A terminal of 80 columns: what it shows, and the keys that are pressed at it. */
class Terminal extends CollectedOutput {
  readonly isTTY = true;
  readonly columns = 80;
  readonly input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  readonly #keys: Keys[];
  /** Where in the text the next question is looked for. */
  #from = 0;

  constructor(keys: readonly Keys[]) {
    super();
    this.#keys = [...keys];
  }

  override _write(piece: Buffer, encoding: BufferEncoding, done: () => void): void {
    super._write(piece, encoding, done);
    const [next] = this.#keys;
    if (next === undefined || !this.text.slice(this.#from).includes(next.at)) return;
    this.#keys.shift();
    this.#from = this.text.length;
    // The question listens from the next turn on.
    setImmediate(() => this.input.write(next.press));
  }
}

function lateError(args: readonly string[], timeoutMs: number, said: string): Error {
  return new Error(`batchai ${args.join(' ')}: not finished after ${timeoutMs} ms. It said:\n${said}`);
}
