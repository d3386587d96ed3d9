import type { Readable, Writable } from 'node:stream';
import type { Processes } from '../checkpoint/lock.js';
import type { Clock } from '../limits/clock.js';
import type { EndSignal } from '../run/control/stop.js';
import type { Environment } from '../run/settings/environment.js';
import type { ExitCode } from './exit-codes.js';
import type { CliTimings } from './timings.js';

/** A stream that people or programs read; one on a terminal has a size, in characters. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** What is read on standard input; a terminal has a person at it. */
export type InputStream = Readable & { readonly isTTY?: boolean };

/** Where signals come from: `process` is one. */
export interface SignalSource {
  on(signal: EndSignal, listener: (signal: EndSignal) => void): unknown;
  off(signal: EndSignal, listener: (signal: EndSignal) => void): unknown;
}

/**
 * Everything that the command line takes from its environment. `runInThisProcess()` passes the real process; a test
 * passes its own streams, short timings and no signals, and runs a command in its own process.
 */
export interface CliIo {
  readonly env: Environment;
  /** May be a getter that opens the stream on first use: commands that read files never open it. */
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** True for each stream that shows colours. */
  readonly colours: { readonly stdout: boolean; readonly stderr: boolean };
  readonly signals: SignalSource;
  /** True if nohup started the program, so that SIGHUP does not stop it. */
  readonly ignoresHangups: boolean;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly timings: CliTimings;
  readonly processes: Processes;
  readonly self: { readonly host: string; readonly pid: number; readonly version: string };
  /** Kills the process group with this leader. */
  readonly killGroup: (pid: number) => void;
  /** Exits at once, after a second signal. */
  readonly leaveAtOnce: (code: ExitCode) => void;
}

/** What every command receives. */
export interface CommandContext {
  readonly io: CliIo;
}
