import { makeReport } from '../../../run/inspect/report.js';
import type { ExitCode } from '../../exit-codes.js';
import type { CommandContext } from '../../io.js';
import { type ReportFlags, reportSettingsOf } from '../../options/pages.js';
import { printAside } from '../../print.js';

/** `batchai report`: makes a page about a run, and says where it is. */
export async function reportCommand(
  output: string,
  flags: ReportFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const { page, path } = await makeReport(reportSettingsOf(output, flags), {
    processes: io.processes,
    wallNow: () => io.clock.wallNow(),
    version: io.self.version,
    random: io.random,
  });
  if (path === undefined) io.stdout.write(page);
  else if (!flags.quiet) printAside(io, `batchai: report: ${path}\n`);
  return 0;
}
