import type { LiveCounts } from '../../monitor/live-counts.js';
import { showProgress } from '../../monitor/progress/progress.js';
import { countRows } from '../../rows/count-rows.js';
import { isGzipName } from '../../rows/format.js';
import { rowObject } from '../../rows/row-encoder.js';
import { RunStop } from '../../run/control/stop.js';
import { Enrichment } from '../../run/from-file/enrichment.js';
import { checkWatchPlaces } from '../../run/places/watch-places.js';
import { makePlan, type Plan } from '../../run/plan/plan.js';
import { SetUpError } from '../../run/settings/set-up-error.js';
import { settingsOfFiles } from '../../run/settings/settings-of-options.js';
import { exitCodeOfOutcome } from '../exit-code-of.js';
import type { ExitCode } from '../exit-codes.js';
import type { CliIo, CommandContext } from '../io.js';
import type { RunFlags } from '../options/run.js';
import { watchSettingsOf } from '../options/watch.js';
import { print, printAside, say } from '../print.js';
import { stopOnSignals } from '../signals.js';
import { describeBatchApiNews } from '../text/batch-api-news.js';
import { describeQueueNews } from '../text/news.js';
import { describeNotice } from '../text/notice.js';
import { describeOutcome } from '../text/outcome.js';
import { describePlan } from '../text/plan.js';
import { shownArguments } from '../text/shown-arguments.js';
import { openWatching } from './open-watching.js';

/** `batchai run`: plans, says what it will do, does it, and says what became of it. */
export async function runCommand(
  input: string,
  flags: RunFlags,
  { io, argv }: CommandContext,
): Promise<ExitCode> {
  const note = flags.quiet ? () => {} : (text: string) => say(io, text);
  const watching = watchSettingsOf(flags);
  const stop = new RunStop();
  const plan = await makePlan(settingsOfFiles({ ...flags, input }, io.env), {
    standardInput: io.stdin,
    processes: io.processes,
    wallNow: () => io.clock.wallNow(),
  });
  if (flags.json && plan.output.path === undefined)
    throw new SetUpError('--json and the rows cannot both go to standard output; give -o a file');
  await checkWatchPlaces(flags, plan.places);
  if (!flags.quiet) printAside(io, describePlan(plan));
  if (flags.dryRun) return 0;

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
  });
  const releaseSignals = stopOnSignals(io, stop, note);
  let endProgress = () => {};
  const isShown = flags.progress && !flags.quiet;
  try {
    enrichment.watch(watches.watch);
    enrichment
      .on('notice', (notice) => note(describeNotice(notice)))
      .on('batchApi', (news) => note(describeBatchApiNews(news)))
      .on('queue', (news) => note(describeQueueNews(news)))
      .on('started', (counts) => {
        if (isShown) endProgress = startProgress(io, plan, counts);
      });
    const outcome = await enrichment.run();
    endProgress();
    if (!flags.quiet || outcome.kind === 'stopped')
      printAside(io, describeOutcome(outcome, plan, shownArguments(argv)));
    if (flags.json) print(io, `${JSON.stringify(outcome.summary)}\n`);
    return exitCodeOfOutcome(outcome);
  } finally {
    endProgress();
    releaseSignals();
    await watches.close();
  }
}

function startProgress(io: CliIo, plan: Plan, counts: LiveCounts): () => void {
  const counting = new AbortController();
  let total: number | undefined;
  if (plan.input.source.path !== undefined) {
    countRows(plan.input.source, plan.input.look.layout, plan.from, counting.signal).then(
      (rows) => {
        total = Math.min(rows, plan.limit ?? rows);
      },
      // The run reads the same rows and reports the error.
      () => {},
    );
  }
  const end = showProgress({
    counts,
    total: () => total,
    inputBytes:
      isGzipName(plan.input.source.name) || plan.input.source.encoding !== undefined
        ? 0
        : (plan.input.stat?.size ?? 0),
    stream: io.stderr,
    now: () => io.clock.now(),
    timings: io.timings.progress,
  });
  return () => {
    counting.abort();
    end();
  };
}
