import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import type { RunFlags } from '../options/run.js';
import { enrichFile } from './enrich-file.js';

/** `batchai run`: enriches every row of a file. */
export function runCommand(input: string, flags: RunFlags, { io }: CommandContext): Promise<ExitCode> {
  return enrichFile({ options: { ...flags, input }, flags }, io);
}
