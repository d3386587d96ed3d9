import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { startBatchai, startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { MeasuredProcess } from '../measured-process.js';
import type { Bench, Measurement, Point, Quote } from '../point.js';
import { killAndResume } from '../scale/kill-and-resume.js';
import { type Look, lookAtProcess } from '../scale/look.js';
import { cpuMsOf, type MeasuredPart, Steps } from '../scale/steps.js';
import { megabytes, millis, ratio, seconds, whole } from '../tables.js';
import type { Workspace } from '../workspace.js';

const USUAL_SIZE = 10_000_000;
const FAILED_SHARE = 1 / 50;
const SHARE_AT_KILL = 0.99;
/** Of the rows, for what takes a run of its own beside the large one. */
const PART = 1 / 5;

interface Scale {
  readonly workspace: Workspace;
  readonly server: BenchServer;
  readonly size: number;
  readonly steps: Steps;
}

/** What grows with the file, and what does not: memory, speed, a resume, looks at the run, and retries of few and of many rows. */
export const scale: Point = {
  title: 'A large file, zero latency, 50 calls in the air, one row in 50 failed, every question another',

  async measure({ workspace, sizes }: Bench): Promise<Measurement> {
    const size = sizes[0] ?? USUAL_SIZE;
    const server = await BenchServer.zeroLatency(workspace);
    const steps = new Steps();
    const bench: Scale = { workspace, server, size, steps };
    writeRows(workspace.path('rows.csv'), size);
    const quotes = [...(await largeRun(bench)), ...(await retries(bench))];
    workspace.removeOutput('scale-out.csv');
    quotes.push(...(await compressed(bench)));
    await server.stop();
    return { table: steps.table, quotes };
  },
};

/** A run that is killed near its end and goes on, with looks at it on the way and afterwards. */
async function largeRun({ workspace, server, size, steps }: Scale): Promise<Quote[]> {
  const output = workspace.path('scale-out.csv');
  const settings = { input: workspace.path('rows.csv'), output, url: server.url };
  const parts: MeasuredPart[] = [];
  let before: Look | undefined;
  let during: Promise<void> = Promise.resolve();
  server.fail({ kind: 'every', calls: 1 / FAILED_SHARE });
  const mark = (calls: number, { child }: MeasuredProcess) => {
    const percent = Math.floor((calls * 100) / size);
    if (percent !== 1 && percent % 10 !== 0 && percent !== 100 * SHARE_AT_KILL) return;
    const look = lookAtProcess(child.pid);
    if (look === undefined) return;
    if (before !== undefined) {
      const part = { from: before, to: look, rows: size * (percent === 10 || percent === 99 ? 0.09 : 0.1) };
      parts.push(part);
      steps.part(`rows to ${whole(calls)}`, part);
    }
    before = look;
    if (percent === 50) {
      during = lookAtRun({ workspace, steps }, 'half way');
      during.catch(() => {}); // it is waited for below
    }
  };
  const { startMs, callsTwice, usage, rowsLeft } = await killAndResume({
    ...{ workspace, server, settings, rows: size, killAt: SHARE_AT_KILL },
    markEvery: size / 100,
    onMark: mark,
  });
  await during;
  steps.figure('start to first call, new', millis(startMs.first));
  steps.figure(`start to first call, resumed at ${whole(size - rowsLeft)}`, millis(startMs.resumed));
  steps.figure('calls made twice', whole(callsTwice));
  steps.process('the resumed process', usage, rowsLeft);
  await lookAtRun({ workspace, steps }, 'at the end');
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined) return []; // no /proc
  return [
    { what: `Peak memory at ${whole(size)} rows`, figure: megabytes(last.to.peakRssBytes) },
    {
      what: 'Rows a CPU second from 90 % to 99 % of the file, against those from 1 % to 10 %',
      figure: ratio(cpuMsOf(first) / cpuMsOf(last)),
    },
    { what: 'From the start of `--resume` at 99 % to the first call', figure: millis(startMs.resumed) },
    { what: 'The same of a new run', figure: millis(startMs.first) },
    ...(await checkpointCost({ workspace, server, steps }, last)),
  ];
}

async function lookAtRun(
  { workspace, steps }: Pick<Scale, 'workspace' | 'steps'>,
  when: string,
): Promise<void> {
  const output = workspace.path('scale-out.csv');
  const page = workspace.path('report.html');
  for (const command of [
    ['status', output],
    ['report', output, '-o', page],
  ]) {
    const usage = await startBatchai(workspace, command, { cores: 'server' }).usage;
    steps.process(`${command[0]}, ${when}`, usage);
  }
  rmSync(page, { force: true });
}

/** So many rows to standard output, which keeps neither checkpoint nor journal, beside the last ones of the large run. */
async function checkpointCost(
  { workspace, server, steps }: Pick<Scale, 'workspace' | 'server' | 'steps'>,
  last: MeasuredPart,
): Promise<Quote[]> {
  const input = workspace.path('rows-part.csv');
  writeRows(input, last.rows);
  const stdoutFile = workspace.path('streamed.csv');
  server.fail({ kind: 'every', calls: 1 / FAILED_SHARE });
  const deadLetters = workspace.path('streamed.dead-letters.jsonl');
  const usage = await startRun(
    workspace,
    { input, output: '-', url: server.url, more: ['--dead-letters', deadLetters] },
    { stdoutFile, alsoEndsWith: 3 },
  ).usage;
  steps.process(`${whole(last.rows)} rows to standard output, no checkpoint`, usage, last.rows);
  rmSync(stdoutFile);
  return [
    {
      what: 'Rows a CPU second from 90 % to 99 % of the file, against a run without a checkpoint',
      figure: ratio(usage.cpuMs / cpuMsOf(last)),
    },
  ];
}

/** First all rows that failed, of which one fails again, then that one. */
async function retries({ workspace, server, size, steps }: Scale): Promise<Quote[]> {
  const output = workspace.path('scale-out.csv');
  const retry = ['retry', output, '--quiet', '--no-progress'];
  const letters = size * FAILED_SHARE;
  server.fail({ kind: 'first', calls: 1 });
  const all = await startBatchai(workspace, retry, { alsoEndsWith: 3 }).usage;
  steps.process(`retry of about ${whole(letters)} rows`, all, letters);
  server.fail({ kind: 'none' });
  const one = await startBatchai(workspace, retry).usage;
  await server.requireCalls(1);
  steps.process('retry of one row', one);
  return [
    { what: `Peak memory of \`retry\`, ${whole(letters)} failed rows`, figure: megabytes(all.peakRssBytes) },
    { what: `CPU time of \`retry\` of one row of ${whole(size)}`, figure: seconds(one.cpuMs) },
    { what: 'Peak memory of that', figure: megabytes(one.peakRssBytes) },
  ];
}

/** Compressed in, compressed out. */
async function compressed({ workspace, server, size, steps }: Scale): Promise<Quote[]> {
  const rows = Math.round(size * PART);
  const plain = workspace.path('rows-part.csv');
  const input = workspace.path('rows-part.csv.gz');
  writeRows(plain, rows);
  await pipeline(createReadStream(plain), createGzip(), createWriteStream(input));
  const settings = { input, output: workspace.path('scale-out.csv.gz'), url: server.url };
  server.fail({ kind: 'none' });
  const { startMs, callsTwice, usage, rowsLeft } = await killAndResume({
    ...{ workspace, server, settings, rows, killAt: SHARE_AT_KILL },
    markEvery: Math.round(rows / 100),
  });
  workspace.removeOutput('scale-out.csv.gz');
  steps.figure(`gzip: start to first call, resumed at ${whole(rows - rowsLeft)}`, millis(startMs.resumed));
  steps.figure('gzip: calls made twice', whole(callsTwice));
  steps.process('gzip: the resumed process', usage, rowsLeft);
  return [
    {
      what: `From the start of \`--resume\` at 99 % of ${whole(rows)} rows, gzip in and out, to the first call`,
      figure: millis(startMs.resumed),
    },
  ];
}
