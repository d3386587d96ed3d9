import { systemClock } from '../../limits/clock.js';
import { makeReport } from '../../run/inspect/report.js';
import { processes, readVersion } from '../../this-process.js';
import { type ReportFlags, reportSettingsOf } from '../options/report.js';
import { printAside } from '../print.js';

/** `batchai report`: makes a page about a run, and says where it is. */
export async function reportCommand(output: string, flags: ReportFlags): Promise<void> {
  const { page, path } = await makeReport(reportSettingsOf(output, flags), {
    processes,
    wallNow: () => systemClock.wallNow(),
    version: readVersion(),
  });
  if (path === undefined) process.stdout.write(page);
  else if (!flags.quiet) printAside(`batchai: report: ${path}\n`);
}
