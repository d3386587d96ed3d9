import type { ExitCode } from './exit-codes.js';
import type { CommandContext } from './io.js';

/** Runs a command with its context and records its exit code. */
export type Start = (command: (context: CommandContext) => ExitCode | Promise<ExitCode>) => Promise<void>;
