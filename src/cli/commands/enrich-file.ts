import { progressOn } from '../../monitor/progress/progress.js';
import { isGzipName } from '../../rows/format.js';
import { rowObject } from '../../rows/row-encoder.js';
import { RunStop } from '../../run/control/stop.js';
import { countIfQuick } from '../../run/from-file/count-input.js';
import { Enrichment } from '../../run/from-file/enrichment.js';
import { checkWatchPlaces } from '../../run/places/watch-places.js';
import { makePlan, type Plan } from '../../run/plan/plan.js';
import type { GivenOptions } from '../../run/settings/given-options.js';
import { SetUpError } from '../../run/settings/set-up-error.js';
import { settingsOfFiles } from '../../run/settings/settings-of-options.js';
import { commandOf, shellCommand } from '../../run/settings/shell-command.js';
import { type AnnounceFlags, announcePlan } from '../announce-plan.js';
import { BrokenRunError } from '../broken-run-error.js';
import { exitCodeOfOutcome } from '../exit-code-of.js';
import type { ExitCode } from '../exit-codes.js';
import type { CliIo } from '../io.js';
import { watchSettingsOf } from '../options/watch.js';
import { print, printAside, say } from '../print.js';
import { stopOnSignals } from '../signals.js';
import { describeBatchApiNews } from '../text/batch-api-news.js';
import { describeQueueNews } from '../text/news.js';
import { describeNotice } from '../text/notice.js';
import { describeOutcome } from '../text/outcome.js';
import { openWatching } from './open-watching.js';

/** How one start of a run speaks, and whether it stops at the plan. */
export interface StartFlags extends AnnounceFlags {
  readonly json?: boolean;
  readonly progress?: boolean;
}

/** What a run is started with. */
export interface RunStart {
  readonly options: GivenOptions;
  readonly flags: StartFlags;
  /** Names of options that the run had, and that nobody kept because they hold a secret. */
  readonly withheld?: readonly string[];
}

/** Plans a run from file to file, says what it will do, does it, and says what became of it. */
export async function enrichFile({ options, flags, withheld = [] }: RunStart, io: CliIo): Promise<ExitCode> {
  const note = flags.quiet ? () => {} : (text: string) => say(io, text);
  const watching = watchSettingsOf(options, io.env, withheld);
  const stop = new RunStop();
  const plan = await makePlan(settingsOfFiles(options, io.env, withheld), {
    standardInput: io.stdin,
    processes: io.processes,
    wallNow: () => io.clock.wallNow(),
  });
  if (flags.json && plan.output.path === undefined)
    throw new SetUpError('--json and the rows cannot both go to standard output; give -o a file');
  await checkWatchPlaces({ ...watching, log: watching.log?.path }, plan.places);
  const { answer, count, end } = await announcePlan(plan, flags, io);
  if (answer === 'only planned') return 0;
  if (answer === 'declined') {
    printAside(io, 'batchai: not started; nothing was called\n');
    return 2;
  }

  const enrichment = new Enrichment(
    () => Promise.resolve(plan),
    {
      clock: io.clock,
      random: io.random,
      timings: io.timings,
      processes: io.processes,
      standardOutput: io.stdout,
      self: io.self,
    },
    stop,
  );
  const watches = await openWatching(io, watching, {
    quiet: flags.quiet ?? false,
    calls: plan,
    fabric: plan.fabric.id,
    input: plan.input.source.name,
    output: plan.output.path ?? '-',
    itemOf: (row) => rowObject(row, plan.columns),
  }).catch((error: unknown) => {
    end();
    throw error;
  });
  const releaseSignals = stopOnSignals(io, stop, note);
  let endProgress = () => {};
  const showProgress = flags.progress && !flags.quiet ? progressOn(io.stderr) : undefined;
  try {
    enrichment.watch(watches.watch);
    enrichment
      .on('notice', (notice) => note(describeNotice(notice)))
      .on('batchApi', (news) => note(describeBatchApiNews(news)))
      .on('queue', (news) => note(describeQueueNews(news)))
      .on('started', (counts) => {
        if (count === undefined || showProgress === undefined) return;
        endProgress = showProgress({
          counts,
          total: count.total,
          inputBytes: inputBytesOf(plan),
          stream: io.stderr,
          now: () => io.clock.now(),
          timings: io.timings.progress,
        });
      });
    const outcome = await enrichment.run().catch((error: unknown) => {
      throw withGoOn(error, plan);
    });
    endProgress();
    if (!flags.quiet || outcome.kind === 'stopped') {
      const total = outcome.kind === 'stopped' ? await (count?.settled() ?? countIfQuick(plan)) : undefined;
      printAside(io, describeOutcome(outcome, plan, total));
    }
    if (flags.json) print(io, `${JSON.stringify(outcome.summary)}\n`);
    return exitCodeOfOutcome(outcome);
  } finally {
    endProgress();
    end();
    releaseSignals();
    await watches.close();
  }
}

/** An error of the system leaves a checkpoint that resumes. */
function withGoOn(error: unknown, { input, output }: Plan): unknown {
  const isOfSystem = error instanceof Error && 'code' in error && /^E[A-Z]+$/.test(String(error.code));
  const { path, checkpoint: folder } = output;
  if (!isOfSystem || path === undefined || input.source.path === undefined) return error;
  return new BrokenRunError(error, shellCommand(commandOf('resume', { output: path, folder })));
}

/** For the share that is done; 0 where the offset is not one of the file's bytes. */
function inputBytesOf({ input }: Plan): number {
  const isDecoded = isGzipName(input.source.name) || input.source.encoding !== undefined;
  return isDecoded ? 0 : (input.stat?.size ?? 0);
}
