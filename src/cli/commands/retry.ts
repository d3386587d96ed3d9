import { systemClock } from '../../limits/clock.js';
import { showProgress } from '../../monitor/progress/progress.js';
import { formatCount } from '../../monitor/wording.js';
import { RunStop } from '../../run/control/stop.js';
import { checkWatchPlaces } from '../../run/places/watch-places.js';
import { makeRetryPlan, type RetryPlan } from '../../run/retry/plan-retry.js';
import { retry } from '../../run/retry/retry.js';
import { processes, self } from '../../this-process.js';
import { exitCodeOfOutcome } from '../exit-code-of.js';
import { type RetryFlags, retrySettingsOf } from '../options/retry.js';
import { print, printAside } from '../print.js';
import { say } from '../say.js';
import { stopOnSignals } from '../signals.js';
import { describeQueueNews } from '../text/news.js';
import { describeRetryOutcome } from '../text/outcome.js';
import { describeFabric, describeLimits, planText, queueFact } from '../text/plan.js';
import { proxyFacts } from '../text/proxies.js';
import { shownArguments } from '../text/shown-arguments.js';
import { openWatching } from './open-watching.js';

/** `batchai retry`: runs the failed rows of a finished run again and puts the answers into their places. */
export async function retryCommand(output: string, flags: RetryFlags): Promise<void> {
  const note = flags.quiet ? () => {} : say;
  const plan = await makeRetryPlan(retrySettingsOf(output, flags, process.env), processes, () =>
    systemClock.wallNow(),
  );
  await checkWatchPlaces(flags, plan.places);
  if (!flags.quiet) printAside(describeRetryPlan(plan));
  if (flags.dryRun) return;
  if (plan.selected === 0 && plan.interrupted === undefined) {
    note(
      plan.letters === 0
        ? 'nothing to retry: no row failed'
        : `nothing to retry: none of the ${plan.letters} failed rows is of such a kind`,
    );
    process.exitCode = plan.letters === 0 ? 0 : 3;
    return;
  }
  const watches = await openWatching(flags, {
    calls: plan.calls,
    fabric: plan.calls.fabric.id,
    input: plan.deadLetters,
    output: plan.output,
    itemOf: (row) => (row.kind === 'object' ? row.object : {}),
  });
  const stop = new RunStop();
  const releaseSignals = stopOnSignals(stop, note);
  let endProgress = () => {};
  try {
    const outcome = await retry(plan, stop, {
      clock: systemClock,
      random: Math.random,
      processes,
      standardOutput: process.stdout,
      self: self(),
      watch: watches.watch,
      queueNews: (news) => note(describeQueueNews(news)),
      started: (counts) => {
        if (!flags.progress || flags.quiet) return;
        const stream = process.stderr;
        endProgress = showProgress({
          counts,
          total: () => plan.selected,
          inputBytes: 0,
          stream,
          now: () => systemClock.now(),
        });
      },
    });
    endProgress();
    if (!flags.quiet || outcome.kind === 'stopped')
      printAside(describeRetryOutcome(outcome, plan.calls.fabric, shownArguments(process.argv)));
    if (flags.json) print(`${JSON.stringify(outcome.summary)}\n`);
    process.exitCode = exitCodeOfOutcome(outcome);
  } finally {
    endProgress();
    releaseSignals();
    await watches.close();
  }
}

function describeRetryPlan(plan: RetryPlan): string {
  const { fabric } = plan.calls;
  const rows: [string, string][] = [
    ['output', plan.output],
    [
      'failed rows',
      `${plan.deadLetters}: ${formatCount(plan.selected)} of ${formatCount(plan.letters)} to retry`,
    ],
    ['fabric', describeFabric(fabric)],
    ['limits', describeLimits(plan.calls, plan.queue)],
    ...queueFact(plan),
    ...proxyFacts(plan.calls),
    ...(plan.interrupted === undefined
      ? []
      : [['resumes', 'a retry that was interrupted'] satisfies [string, string]]),
  ];
  return planText(rows);
}
