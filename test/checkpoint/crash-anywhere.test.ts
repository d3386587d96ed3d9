import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCheckpoint } from '../../src/checkpoint/checkpoint-file.js';
import { parseEntry } from '../../src/checkpoint/journal/journal-entry.js';
import type { FinishedResult } from '../../src/fabric/row-result.js';
import { systemClock } from '../../src/limits/clock.js';
import { readRows } from '../../src/rows/read-rows.js';
import type { Row, RowBlock } from '../../src/rows/row.js';
import { RunStop } from '../../src/run/control/stop.js';
import { RUN_TIMINGS } from '../../src/run/control/timings.js';
import { openRun } from '../../src/run/from-file/open-run.js';
import type { OpenedRun } from '../../src/run/pipeline/opened-run.js';
import { makePlan, type Plan } from '../../src/run/plan/plan.js';
import { makeRetryPlan } from '../../src/run/retry/plan-retry.js';
import { retry } from '../../src/run/retry/retry.js';
import { FakeClock } from '../limits/fake-clock.js';
import { settingsFor, surroundings } from '../run/planning.js';
import { runs } from '../support/runs.js';
import { seededRandom } from '../support/seeded-random.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { readAll } from './read-all.js';

/**
 * Whatever becomes of the process or of the machine, and whenever: the same command with --resume ends in the
 * same bytes, and no answer that was safe is paid for again. The input grows when it is done once, and the
 * run goes on with what is new.
 */

const ROWS_AT_FIRST = 23;
const ROWS_LATER = 9;
const WINDOW_BLOCKS = 3;

interface Scenario {
  readonly seed: number;
  /** Power failures lose what was not flushed; other crashes lose nothing that was written. */
  readonly power: boolean;
  readonly batchSize: number;
  readonly output: string;
}

const SCENARIO: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.integer(),
  power: fc.boolean(),
  batchSize: fc.integer({ min: 1, max: 8 }),
  output: fc.constantFrom('out.csv', 'out.csv', 'out.csv.gz', 'out.jsonl'),
});

it('ends in the bytes of a run that never crashed, and calls no row again that was safe', async () => {
  const folder = await temporaryFolder();
  let nth = 0;
  await fc.assert(
    fc.asyncProperty(SCENARIO, async (scenario) => {
      const own = join(folder, String(nth++));
      await mkdir(own);
      const calm = await wholeJob(join(own, 'calm'), scenario, () => Number.POSITIVE_INFINITY);
      const random = seededRandom(scenario.seed);
      const crashing = await wholeJob(join(own, 'crashing'), scenario, () => Math.floor(random() * 40));

      expect(crashing).toEqual(calm);
      rmSync(own, { recursive: true, force: true });
    }),
    { numRuns: runs(15) },
  );
});

it('makes nothing of what a resume left that came to nothing before a retry', async () => {
  const folder = await temporaryFolder();
  let nth = 0;
  let leftovers = 0;
  await fc.assert(
    fc.asyncProperty(SCENARIO, fc.nat({ max: 20 }), async (scenario, turns) => {
      const own = join(folder, String(nth++));
      await mkdir(own);
      const calm = await retriedJob(join(own, 'calm'), scenario, undefined);
      const crashing = await retriedJob(join(own, 'crashing'), scenario, turns);
      if (crashing.hadLeftover) leftovers++;

      expect(crashing.files).toEqual(calm.files);
      rmSync(own, { recursive: true, force: true });
    }),
    { numRuns: runs(5) },
  );
  // A crash that came after the first checkpoint shows nothing.
  expect(leftovers).toBeGreaterThan(0);
});

/**
 * The run, the input's growth, a resume that is killed so many turns of the event loop after its copy of the
 * output is there, a retry of the failed rows, and the run again.
 */
async function retriedJob(home: string, scenario: Scenario, turns: number | undefined) {
  const never = () => Number.POSITIVE_INFINITY;
  const job = { ...scenario, power: false, random: seededRandom(scenario.seed), stepsToCrash: never };
  const whole = { ...job, crashes: 0, safe: new Map<number, FinishedResult>() };
  await mkdir(home);
  await writeFile(join(home, 'rows.csv'), `id,name\n${linesOf(1, ROWS_AT_FIRST)}`);
  await runToItsEnd(home, whole);
  await appendFile(join(home, 'rows.csv'), linesOf(ROWS_AT_FIRST + 1, ROWS_LATER));
  const left = turns === undefined ? undefined : await crashWhileOpening(home, whole, turns);
  // Once it says that it goes on, a retry is refused.
  const isStillFinished = left?.state === 'finished';
  const here = isStillFinished ? left.home : home;
  const output = join(here, scenario.output);
  const hadLeftover = existsSync(join(`${output}.checkpoint`, 'output.partial'));
  await retryAll(output);
  expect(existsSync(join(`${output}.checkpoint`, 'output.partial'))).toBe(false);
  await runToItsEnd(here, whole);
  const files = await filesOf(here, scenario);
  // The retry's calls took what they took.
  return { hadLeftover, files: { ...files, counts: { ...files.counts, latency: null } } };
}

async function crashWhileOpening(home: string, job: Job, turns: number) {
  const attempted = `${home}-attempted`;
  cpSync(home, attempted, { recursive: true, preserveTimestamps: true });
  const opening = openRun(await planOf(attempted, job), { questionOf: ({ text }) => text }, new RunStop(), {
    ...WORLD,
    clock: new SameDay(),
  });
  let isOpen = false;
  void opening.finally(() => {
    isOpen = true;
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const partial = join(attempted, `${job.output}.checkpoint`, 'output.partial');
  while (!existsSync(partial) && !isOpen) await turn();
  for (let turnsLeft = turns; turnsLeft > 0; turnsLeft--) await turn();
  const left = crash(attempted, job);
  await (await opening).close();
  const state = (await readCheckpoint(join(left, `${job.output}.checkpoint`)))?.state;
  return { home: left, state };
}

async function retryAll(output: string): Promise<void> {
  const settings = { output, given: {}, environment: {} };
  const { processes } = surroundings();
  const plan = await makeRetryPlan(settings, processes, () => 0);
  const outcome = await retry(plan, new RunStop(), { ...WORLD, processes, clock: systemClock });
  expect(outcome).toMatchObject({ kind: 'finished', summary: { succeeded: 3, failed: 0 } });
}

/** The run, the input's growth, and the run again, with crashes at random steps. Gives all there is at the end. */
async function wholeJob(home: string, scenario: Scenario, stepsToCrash: () => number) {
  const random = seededRandom(scenario.seed);
  const job = { ...scenario, random, stepsToCrash, crashes: 0, safe: new Map<number, FinishedResult>() };
  await mkdir(home);
  await writeFile(join(home, 'rows.csv'), `id,name\n${linesOf(1, ROWS_AT_FIRST)}`);
  const first = await runToItsEnd(home, job);
  await appendFile(join(first, 'rows.csv'), linesOf(ROWS_AT_FIRST + 1, ROWS_LATER));
  return filesOf(await runToItsEnd(first, job), scenario);
}

async function filesOf(last: string, scenario: Scenario) {
  const output = await readFile(join(last, scenario.output));
  const checkpoint = await readCheckpoint(join(last, `${scenario.output}.checkpoint`));
  return {
    output: (scenario.output.endsWith('.gz') ? gunzipSync(output) : output).toString(),
    letters: await readFile(join(last, `${scenario.output}.dead-letters.jsonl`), 'utf8'),
    counts: checkpoint?.counts,
    rows: checkpoint?.rowsCommitted,
    outputRows: checkpoint?.outputRows,
    state: checkpoint?.state,
  };
}

interface Job extends Scenario {
  /** 0 to 1, the same for the same seed. */
  readonly random: () => number;
  readonly stepsToCrash: () => number;
  crashes: number;
  /** What no crash may lose. */
  safe: Map<number, FinishedResult>;
}

async function runToItsEnd(home: string, job: Job): Promise<string> {
  for (let here = home; ; ) {
    const next = await runUntilCrash(here, job);
    if (next === undefined) return here;
    await noteWhatIsSafe(next, job);
    here = next;
  }
}

const WORLD = {
  timings: RUN_TIMINGS,
  random: Math.random,
  processes: surroundings().processes,
  standardOutput: process.stdout,
  self: { host: 'here', version: '0.0.0' },
  watch: {},
};

function planOf(home: string, { output, batchSize }: Job): Promise<Plan> {
  const settings = { output, batchSize, existing: 'resume', badRows: 'dead-letter' } as const;
  return makePlan(settingsFor(home, settings), surroundings());
}

/** Gives the files that a crash left, or undefined where the run came to its end before one. */
async function runUntilCrash(home: string, job: Job): Promise<string | undefined> {
  let steps = job.crashes < 12 ? job.stepsToCrash() : Number.POSITIVE_INFINITY;
  let left: string | undefined;
  /** Does one thing; in the middle of the last one, somewhere, the crash comes. */
  const step = async <T>(work: Promise<T>): Promise<T> => {
    if (left === undefined && steps-- <= 0) {
      for (let turns = Math.floor(200 * job.random() ** 3); turns > 0; turns--) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      left = crash(home, job);
    }
    return await work;
  };
  const plan = await planOf(home, job);
  if (plan.beginning.kind === 'finished') return undefined;
  const clock = new SameDay();
  const opened = await step(
    openRun(plan, { questionOf: ({ text }) => text }, new RunStop(), {
      ...WORLD,
      clock,
      processes: surroundings().processes,
    }),
  );
  try {
    await runRowsOf(plan, opened, clock, job, step, () => left !== undefined);
    if (left === undefined) await step(opened.store.finish());
  } finally {
    await opened.close();
  }
  return left;
}

/** As the executor does it: rows of a few blocks in any order, blocks committed in theirs. */
async function runRowsOf(
  plan: Plan,
  { store }: OpenedRun,
  clock: FakeClock,
  job: Job,
  step: <T>(work: Promise<T>) => Promise<T>,
  isOver: () => boolean,
): Promise<void> {
  const blocks = readRows(plan.input.source, plan.input.look.layout, {
    columns: plan.columns,
    from: plan.from,
    blockRows: plan.batchSize,
    badRows: 'collect',
  });
  const window: { block: RowBlock; results: Map<number, FinishedResult> }[] = [];
  for (let isAtEnd = false; !isOver(); ) {
    while (!isAtEnd && window.length < WINDOW_BLOCKS) {
      const { done, value } = await blocks.next();
      isAtEnd = done === true;
      if (value !== undefined) window.push({ block: value, results: new Map() });
    }
    const oldest = window[0];
    if (oldest === undefined) break;
    const open = window.flatMap((one) =>
      one.block.rows.filter((row) => !one.results.has(row.number)).map((row) => ({ ...one, row })),
    );
    if (oldest.block.rows.every((row) => oldest.results.has(row.number))) {
      window.shift();
      await clock.advance(1_200 * job.random());
      const results = oldest.block.rows.flatMap((row) => oldest.results.get(row.number) ?? []);
      await step(store.commit({ batch: oldest.block, results }));
      continue;
    }
    const { row, results } = open[Math.floor(job.random() * open.length)] ?? never();
    const before = store.finishedBefore(row);
    if (before === undefined) {
      expect(job.safe.has(row.number), `row ${row.number} is called again`).toBe(false);
      await step(store.record(resultOf(row)));
      if (!isOver() && !job.power) job.safe.set(row.number, resultOf(row));
    }
    results.set(row.number, before ?? resultOf(row));
  }
}

/** Copies what is on the disk now: the checkpoint first, since what it vouches for only grows. */
function crash(home: string, job: Job): string {
  const left = `${home.replace(/-\d+$/, '')}-${++job.crashes}`;
  const folder = `${job.output}.checkpoint`;
  mkdirSync(left);
  if (existsSync(join(home, folder))) {
    mkdirSync(join(left, folder));
    for (const name of ['checkpoint.json', ...namesIn(join(home, folder))]) copy(join(folder, name));
  }
  for (const name of namesIn(home)) if (name !== folder) copy(name);
  return left;

  function copy(name: string): void {
    if (name.includes('/lock') || existsSync(join(left, name))) return;
    try {
      cpSync(join(home, name), join(left, name), { preserveTimestamps: true });
    } catch (error) {
      // The step that is under way may rename or remove one file more.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}

/** After a power failure, cuts off what was not flushed; then looks which rows may never be called again. */
async function noteWhatIsSafe(home: string, job: Job): Promise<void> {
  const folder = join(home, `${job.output}.checkpoint`);
  const checkpoint = await readCheckpoint(folder);
  if (!job.power) return;
  job.safe.clear();
  if (!existsSync(folder)) return;
  cutAtRandom(join(folder, 'output.partial'), checkpoint?.outputOffset ?? 0, job.random);
  cutAtRandom(join(home, `${job.output}.dead-letters.jsonl`), checkpoint?.deadLettersOffset ?? 0, job.random);
  for (const name of namesIn(folder))
    if (/^(journal|answers)-/.test(name)) cutAtRandom(join(folder, name), 0, job.random);
  if (checkpoint === undefined) return;
  for (const name of ['journal', 'answers'])
    for (const number of (await readAll(folder, parseEntry, name)).entries.keys())
      job.safe.set(number, resultOf({ kind: 'cells', number, cells: [], text: '' }));
}

function cutAtRandom(path: string, from: number, random: () => number): void {
  if (!existsSync(path)) return;
  const size = statSync(path).size;
  if (size > from) truncateSync(path, from + Math.floor(random() * (size - from + 1)));
}

function namesIn(folder: string): string[] {
  return readdirSync(folder);
}

/** Every seventh row fails, every eleventh cannot be read. */
function linesOf(from: number, count: number): string {
  return Array.from({ length: count }, (_, index) => from + index)
    .map((n) => (n % 11 === 0 ? `${n},too,many\n` : `${n},"item ""${n}"", ${'x'.repeat(n % 5)}"\n`))
    .join('');
}

function resultOf(row: Row): FinishedResult {
  const calls = 1 + (row.number % 3);
  if (row.number % 7 !== 0)
    return { status: 'answered', row, answer: `answer\n${row.number}`, calls, latencyMs: row.number };
  const failure = { kind: 'refused', status: 422, message: 'no', attempts: calls, failedAt: '2026' } as const;
  return { status: 'failed', row, failure, calls };
}

/** Dead letters have the date and time of their failure. */
class SameDay extends FakeClock {
  override wallNow(): number {
    return Date.UTC(2026, 0, 1);
  }
}

function never(): never {
  throw new Error('there is no row left');
}
