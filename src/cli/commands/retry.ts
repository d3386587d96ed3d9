import { allWatches } from '../../monitor/all-watches.js';
import { progressOn } from '../../monitor/progress/progress.js';
import { RunStop } from '../../run/control/stop.js';
import { checkWatchPlaces } from '../../run/places/watch-places.js';
import { makeRetryPlan, type RetryPlan } from '../../run/retry/plan-retry.js';
import { retry } from '../../run/retry/retry.js';
import { counted, formatCount } from '../../wording/wording.js';
import { withKeptEnvFile } from '../defaults/kept-env-file.js';
import { exitCodeOfOutcome } from '../exit-code-of.js';
import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import { type RetryFlags, retrySettingsOf } from '../options/retry.js';
import { watchSettingsOf } from '../options/watch.js';
import { print, printAside, say } from '../print.js';
import { stopOnSignals } from '../signals.js';
import type { LabelledValue } from '../text/labelled-lines.js';
import { describeQueueNews } from '../text/news.js';
import { describeNotice } from '../text/notice.js';
import { describeRetryOutcome } from '../text/outcome.js';
import { livePriceFact } from '../text/plan/cost-facts.js';
import { queueFacts } from '../text/plan/queue-facts.js';
import { describeFabric, limitsFacts, planText, stepFacts } from '../text/plan.js';
import { proxyFacts } from '../text/proxies.js';
import { openWatching } from './open-watching.js';

/** `batchai retry`: runs the failed rows of a finished run again and puts the answers into their places. */
export async function retryCommand(
  output: string,
  flags: RetryFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const io = await withKeptEnvFile(output, flags, context.io);
  const note = flags.quiet ? () => {} : (text: string) => say(io, text);
  const plan = await makeRetryPlan(retrySettingsOf(output, flags, io.env), io.processes, () =>
    io.clock.wallNow(),
  );
  const watching = watchSettingsOf(plan.options, io.env, plan.withheld);
  await checkWatchPlaces({ ...watching, log: watching.log?.path }, plan.places);
  if (!flags.quiet) printAside(io, describeRetryPlan(plan));
  if (flags.dryRun) return 0;
  if (plan.selected === 0 && plan.interrupted === undefined) {
    note(
      plan.letters === 0
        ? 'nothing to retry: no row failed'
        : `nothing to retry: ${counted(plan.letters, 'failed row')}, none of such a kind`,
    );
    return plan.letters === 0 ? 0 : 3;
  }
  const watches = await openWatching(io, watching, {
    quiet: flags.quiet ?? false,
    calls: plan.calls,
    fabric: plan.calls.fabric.id,
    input: plan.deadLetters,
    output: plan.output,
    itemOf: (row) => (row.kind === 'object' ? row.object : {}),
  });
  const stop = new RunStop();
  const releaseSignals = stopOnSignals(io, stop, note);
  const showProgress = flags.progress && !flags.quiet ? progressOn(io.stderr) : undefined;
  let endProgress = () => {};
  try {
    const outcome = await retry(plan, stop, {
      clock: io.clock,
      random: io.random,
      timings: io.timings,
      processes: io.processes,
      standardOutput: io.stdout,
      self: io.self,
      watch: allWatches([
        watches.watch,
        {
          notice: (notice) => note(describeNotice(notice)),
          queue: (news) => note(describeQueueNews(news)),
          started: (_facts, counts) => {
            if (showProgress === undefined) return;
            endProgress = showProgress({
              counts,
              total: () => plan.selected,
              inputBytes: 0,
              stream: io.stderr,
              now: () => io.clock.now(),
              timings: io.timings.progress,
            });
          },
        },
      ]),
    });
    endProgress();
    if (!flags.quiet || outcome.kind === 'stopped') printAside(io, describeRetryOutcome(outcome, plan));
    if (flags.json) print(io, `${JSON.stringify(outcome.summary)}\n`);
    return exitCodeOfOutcome(outcome);
  } finally {
    endProgress();
    releaseSignals();
    await watches.close();
  }
}

function describeRetryPlan(plan: RetryPlan): string {
  const rows: LabelledValue[] = [
    ['output', plan.output],
    [
      'failed rows',
      `${plan.deadLetters}: ${formatCount(plan.selected)} of ${formatCount(plan.letters)} to retry`,
    ],
    ...(plan.corrections === undefined
      ? []
      : [['corrected', `${counted(plan.corrections.rows.size, 'row')} in --from`] satisfies LabelledValue]),
    ['fabric', describeFabric(plan.calls.fabric)],
    ...stepFacts(plan.calls),
    ...limitsFacts(plan.calls, plan.queue),
    ...livePriceFact(plan.calls),
    ...queueFacts(plan),
    ...proxyFacts(plan.calls),
    ...(plan.interrupted === undefined
      ? []
      : [['resumes', 'a retry that was interrupted'] satisfies LabelledValue]),
  ];
  return planText(rows);
}
