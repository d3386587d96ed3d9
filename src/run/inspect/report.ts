import { behindLinks } from '../../checkpoint/behind-links.js';
import { asFarAsItIs, type Checkpoint, readCheckpoint } from '../../checkpoint/checkpoint-file.js';
import { checkpointFolder, usualDeadLetters } from '../../checkpoint/folder.js';
import { readHistory } from '../../checkpoint/history-file.js';
import { type LockHolder, type Processes, readLockHolder } from '../../checkpoint/lock.js';
import { replaceFileAmongOthers } from '../../checkpoint/replace-file.js';
import { historyIn } from '../../monitor/history/history-form.js';
import { readPageAssets } from '../../monitor/report/page-assets.js';
import type { ReportFacts } from '../../monitor/report/report-facts.js';
import { GENERATOR, reportPage } from '../../monitor/report/report-page.js';
import { checkPagePlace } from '../places/page-place.js';
import type { Place } from '../places/places.js';
import { placesOfRows } from '../plan/run-places.js';
import { noRunOf } from '../saved/last-run.js';
import { partsOfRun } from '../saved/run-parts.js';
import { savedSettingsOf } from '../saved/saved-settings.js';
import { shellCommand } from '../settings/shell-command.js';
import { readAnswerColumns } from './answer-columns.js';
import { readFailedRows } from './failed-rows.js';
import type { NextStep } from './next-steps.js';
import { fingerprintFacts, settingFacts, tierNames } from './report-facts.js';
import { runStateOf } from './state.js';
import { readRunStatus } from './status.js';
import { tallyOfRun } from './tally-of-run.js';

/** The settings of `batchai report`. */
export interface ReportSettings {
  /** The run's output. */
  readonly output: string;
  /** Where the page goes; `-` for standard output. Undefined: beside the output. */
  readonly page?: string;
  /** The run's checkpoint. Undefined: beside the output. */
  readonly checkpoint?: string;
}

export interface ReportContext {
  readonly processes: Processes;
  /** ms since 1970. */
  readonly wallNow: () => number;
  /** Of batchai. */
  readonly version: string;
  /** 0 to 1. */
  readonly random: () => number;
}

export interface MadeReport {
  readonly page: string;
  /** Undefined where it is to go to standard output, and is not written yet. */
  readonly path: string | undefined;
}

/**
 * Makes a page about a run from what the run left in its checkpoint, be it going on, interrupted or finished.
 * The run is not touched and need not stop for it.
 *
 * @throws SetUpError where there is no such run, or where the page would replace something that is no report.
 * @throws CheckpointError
 */
export async function makeReport(settings: ReportSettings, context: ReportContext): Promise<MadeReport> {
  const { output } = settings;
  const folder = checkpointFolder(output, settings.checkpoint);
  // Read the lock first: a finishing run saves its state before it releases the lock.
  const holder = await readLockHolder(folder, context.processes);
  const found = await readCheckpoint(folder);
  if (found === undefined) throw await noRunOf(output, settings.checkpoint);
  const path = settings.page === '-' ? undefined : (settings.page ?? `${output}.report.html`);
  if (path !== undefined) {
    await checkPagePlace(path, placesOf(output, folder, found), {
      what: 'the report',
      kind: 'report',
      mark: GENERATOR,
    });
  }
  const checkpoint = asFarAsItIs(found);
  const page = reportPage(await factsOf({ output, folder, checkpoint, holder }, context), readPageAssets());
  if (path !== undefined) await replaceFileAmongOthers(await behindLinks(path), page);
  return { page, path };
}

interface FoundRun {
  readonly output: string;
  readonly folder: string;
  readonly checkpoint: Checkpoint;
  readonly holder: LockHolder | undefined;
}

async function factsOf(
  { output, folder, checkpoint, holder }: FoundRun,
  context: ReportContext,
): Promise<ReportFacts> {
  const { startedAt, savedAt, elapsedMs, identity, retriedBy } = checkpoint;
  const retried = retriedBy !== undefined;
  const saved = savedSettingsOf(checkpoint, output);
  const parts = partsOfRun(checkpoint, saved);
  const { tally } = await tallyOfRun(folder, checkpoint, parts);
  const { rows, stoppedBy, next } = await readRunStatus({ output, folder }, context);
  return {
    fabric: String(identity.fabric ?? 'a fabric'),
    output,
    state: runStateOf(checkpoint, tally.failed, holder),
    startedAt,
    savedAt,
    madeAt: new Date(context.wallNow()).toISOString(),
    version: context.version,
    elapsedMs,
    rows: { done: rows.done, total: rows.total },
    stoppedBy,
    next: nextToType(next),
    counts: tally.snapshot(),
    costUnit: saved.costUnit,
    costIsGuess: saved.costIsGuess ?? false,
    tiers: tierNames(parts),
    tiersAre: parts[0]?.step === undefined ? 'tier' : 'step',
    retried,
    answers: await readAnswerColumns({ output, folder, checkpoint }, context.random),
    failedRows: await readFailedRows(deadLettersOf(output, checkpoint)),
    history: historyIn(await readHistory(folder)),
    remarks: retried
      ? [
          'Failed rows were run again with batchai retry: the counts are those after it, the charts over time those of the run itself.',
        ]
      : [],
    settings: settingFacts(checkpoint, saved),
    fingerprint: fingerprintFacts(checkpoint),
  };
}

/** What the outcome asks for; the report itself is there already. */
function nextToType(next: readonly NextStep[]): ReportFacts['next'] {
  const step = next.find(({ what }) => what !== 'report');
  return step && { what: WORDS[step.what], command: shellCommand(step.words, step.comment) };
}

const WORDS: Readonly<Record<NextStep['what'], string>> = {
  resume: 'Go on',
  retry: 'Try failed rows again',
  failures: 'See what to do about failed rows',
  report: 'Report',
};

function placesOf(output: string, checkpoint: string, found: Checkpoint): Place[] {
  const { input } = savedSettingsOf(found, output).options;
  return placesOfRows({ input, output, checkpoint, deadLetters: deadLettersOf(output, found) });
}

function deadLettersOf(output: string, found: Checkpoint): string {
  return savedSettingsOf(found, output).options.deadLetters ?? usualDeadLetters(output);
}
