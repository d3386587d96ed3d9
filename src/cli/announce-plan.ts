import { isKnownBeforehand } from '../fabric/price/pricer.js';
import { countInput, type InputCount } from '../run/from-file/count-input.js';
import { fabricsOf } from '../run/plan/call-plan.js';
import type { Plan } from '../run/plan/plan.js';
import { rowsWithResult } from '../run/saved/journaled.js';
import { type RunSurvey, rowsAbout, surveyRun } from '../run/trial/survey.js';
import { canAsk, isConfirmed } from './ask.js';
import type { CliIo } from './io.js';
import { printAside, say } from './print.js';
import { type Beforehand, countedLater } from './text/plan/row-facts.js';
import { describePlan } from './text/plan.js';

/** How a plan is announced. */
export interface AnnounceFlags {
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly yes?: boolean;
}

/** What became of it, and what is still being counted. */
export interface Announced {
  /** `declined`: a person at the terminal said no. */
  readonly answer: 'start' | 'only planned' | 'declined';
  /** Undefined where nothing is to be said of the run. */
  readonly count: InputCount | undefined;
  /** Ends all counting. */
  end(): void;
}

/** A run of fewer rows at no price starts without a question. */
const MANY_ROWS = 1_000;

/** Rows whose prompts are measured. */
const SAMPLE = 200;

/** Prints the plan with what a short count tells of it, and asks a person at a terminal whether to start. */
export async function announcePlan(plan: Plan, flags: AnnounceFlags, io: CliIo): Promise<Announced> {
  if (flags.quiet) {
    const answer = flags.dryRun ? 'only planned' : 'start';
    return { answer, count: undefined, end: () => {} };
  }
  const mayAsk = !flags.yes && !flags.dryRun && plan.input.source.path !== undefined && canAsk(io);
  const count = countInput(plan);
  const survey = surveyOf(plan, mayAsk || flags.dryRun === true, io);
  const end = () => {
    count.stop();
    survey?.stop();
  };
  const done = await doneBefore(plan);
  const { beforeRunMs, beforeAskingMs, onlyPlannedMs } = io.timings.counting;
  const waitMs = flags.dryRun ? onlyPlannedMs : mayAsk ? beforeAskingMs : beforeRunMs;
  await atMost(waitMs, Promise.all([count.settled(), survey?.whole]), io);
  const beforehand = { total: count.total(), done, survey: survey?.soFar() };
  printAside(io, describePlan(plan, beforehand, io.stderr.isTTY ? io.stderr.columns : undefined));
  if (flags.dryRun || (mayAsk && needsConfirming(plan, beforehand) && !(await isConfirmed('Start?', io)))) {
    end();
    return { answer: flags.dryRun ? 'only planned' : 'declined', count, end };
  }
  if (survey !== undefined && beforehand.survey?.isWhole === false) goOn(plan, survey, { count, done }, io);
  return { answer: 'start', count, end };
}

/** What rows ask is of no interest where calls cost neither money nor waiting. */
function surveyOf(plan: Plan, isLookedAt: boolean, { clock }: CliIo): RunSurvey | undefined {
  const isFree = fabricsOf(plan).every(({ fabric }) => fabric.kind === 'local');
  if (isFree || plan.input.source.path === undefined || plan.beginning.kind === 'finished') return undefined;
  const sample = isLookedAt || rowsAbout(plan) > MANY_ROWS ? SAMPLE : 0;
  return surveyRun(plan, { wallNow: () => clock.wallNow(), sample });
}

/** A run that waits for its limit has time for it; one that has none is not slowed. */
function goOn(
  plan: Plan,
  survey: RunSurvey,
  { count, done }: { readonly count: InputCount; readonly done: number },
  io: CliIo,
): void {
  if (typeof plan.rate === 'string') {
    survey.stop();
    return;
  }
  survey.whole.then((whole) => {
    if (whole !== undefined) say(io, countedLater(plan, { total: count.total(), done, survey: whole }));
  });
}

function needsConfirming(plan: Plan, { total, done = 0 }: Beforehand): boolean {
  if (plan.beginning.kind === 'finished') return false;
  const isPriced = fabricsOf(plan).some(
    ({ pricer }) => isKnownBeforehand(pricer) && pricer.source !== 'on-device',
  );
  return isPriced || total === undefined || total - done > MANY_ROWS;
}

async function doneBefore({ beginning, output }: Plan): Promise<number> {
  if (beginning.kind === 'new' || output.checkpoint === undefined) return 0;
  return rowsWithResult(output.checkpoint, beginning.checkpoint);
}

function atMost(ms: number, work: Promise<unknown>, { clock }: CliIo): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    work.then(() => {
      cancel();
      resolve();
    });
  });
}
