import type { Readable } from 'node:stream';
import type { Processes } from '../checkpoint/lock.js';
import type { Clock } from '../limits/clock.js';
import type { EndSignal } from '../run/control/stop.js';
import type { Environment } from '../run/settings/environment.js';
import type { ExitCode } from './exit-codes.js';
import type { CliTimings } from './timings.js';

/** A stream that people or programs read; one on a terminal has a size, in characters. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Where signals come from: `process` is one. */
export interface SignalSource {
  on(signal: EndSignal, listener: (signal: EndSignal) => void): unknown;
  off(signal: EndSignal, listener: (signal: EndSignal) => void): unknown;
}

/**
 * All that the command line has from its surroundings. `processIo()` is that of the program; a test hands in streams of
 * its own, short timings and no signals, and runs a command within its own process.
 */
export interface CliIo {
  readonly env: Environment;
  /** It may be opened when it is first asked for: a command that reads files has no use for it. */
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Which of the two show colours. */
  readonly colours: { readonly stdout: boolean; readonly stderr: boolean };
  readonly signals: SignalSource;
  /** The program was started by nohup: the end of its terminal does not end it. */
  readonly ignoresHangups: boolean;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly timings: CliTimings;
  readonly processes: Processes;
  readonly self: { readonly host: string; readonly pid: number; readonly version: string };
  /** Ends a process that leads a group, and all that it started. */
  readonly killGroup: (pid: number) => void;
  /** Leaves without waiting for anything, after a second signal. */
  readonly leaveAtOnce: (code: ExitCode) => void;
}

/** What a command is run with. */
export interface CommandContext {
  readonly io: CliIo;
  /** What was typed after `batchai`. */
  readonly argv: readonly string[];
}
