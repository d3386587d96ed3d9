import { startRun } from '../batchai.js';
import { withQueue } from '../bench-queue.js';
import { type Arrival, BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Bench, Measurement, Point } from '../point.js';
import { perMsFrom } from '../statistics.js';
import { percent, whole } from '../tables.js';

/** A minute and a half of the limit. */
const ROWS = 1_800;
const CALLS_PER_SECOND = 20;
const LATENCY_MS = 200;
const CALLS_IN_FLIGHT = 20;
const WORKERS = { workers: 2, concurrency: CALLS_IN_FLIGHT / 2 };
/** One call in so many is refused whatever the pace, where single refusals come on top. */
const CALLS_PER_STRAY = 100;
/** A rate is to be found by then. */
const FOUND_BY_MS = 30_000;

type Where = 'one machine' | 'two workers';

interface Case {
  readonly rateLimit: string;
  readonly where: Where;
  readonly strays: 'none' | 'single refusals';
}

const CASES: readonly Case[] = [
  { rateLimit: 'auto', where: 'one machine', strays: 'none' },
  { rateLimit: 'auto', where: 'two workers', strays: 'none' },
  { rateLimit: '40/s', where: 'one machine', strays: 'single refusals' },
  { rateLimit: '40/s', where: 'two workers', strays: 'single refusals' },
];

/** A limit that the service states only by refusing: how much of it is used, and how often it refuses. */
export const hiddenLimit: Point = {
  title: `a hidden limit of ${CALLS_PER_SECOND}/s (a bucket of a second's calls, refusals ask for a second), answers after ${LATENCY_MS} ms, on one machine and on two workers of a queue`,

  async measure(bench: Bench): Promise<Measurement> {
    const rows: string[][] = [];
    const quotes: { what: string; figure: string }[] = [];
    for (const one of CASES) {
      const { refused, used, usedLater } = await measureCase(bench, one);
      const name = `\`--rate-limit ${one.rateLimit}\`, ${one.where}`;
      rows.push([name, one.strays, whole(refused), percent(used), percent(usedLater)]);
      quotes.push({ what: `Share of the limit used, ${name}`, figure: percent(usedLater) });
      quotes.push({ what: `Calls refused, ${name}`, figure: whole(refused) });
    }
    return {
      table: {
        header: ['', 'besides', 'calls refused', 'limit used', 'after 30 s'],
        rows,
      },
      quotes,
    };
  },
};

async function measureCase({ workspace, sizes }: Bench, { rateLimit, where, strays }: Case) {
  const count = sizes[0] ?? ROWS;
  const input = workspace.path('hidden-limit.csv');
  const output = workspace.path('hidden-limit-out.csv');
  writeRows(input, count);
  const server = await BenchServer.refusing(workspace, {
    latencyMs: LATENCY_MS,
    errors: [],
    strays: strays === 'none' ? [] : spread(count),
    bucket: { calls: CALLS_PER_SECOND, callsPerSecond: CALLS_PER_SECOND },
  });
  const settings = { fabric: 'openai.yaml', input, output, url: server.url, rateLimit };
  if (where === 'one machine') await startRun(workspace, { ...settings, concurrency: CALLS_IN_FLIGHT }).usage;
  else {
    await withQueue(workspace, WORKERS, async (queue) => {
      await startRun(workspace, { ...settings, queue: queue.url }, { cores: 'both' }).usage;
    });
  }
  const arrivals = await server.takeArrivals();
  await server.stop();
  workspace.removeOutput('hidden-limit-out.csv');
  return figuresOf(arrivals);
}

function figuresOf(arrivals: readonly Arrival[]) {
  const firstAt = arrivals[0]?.at ?? Number.NaN;
  const taken = arrivals.filter(({ isRefused }) => !isRefused).map(({ at }) => ({ at, amount: 1 }));
  const usedFrom = (from: number) => (perMsFrom(taken, from) * 1_000) / CALLS_PER_SECOND;
  return {
    refused: arrivals.length - taken.length,
    used: usedFrom(firstAt),
    usedLater: usedFrom(firstAt + FOUND_BY_MS),
  };
}

/** Of so many calls, those that are refused whatever the pace. */
function spread(calls: number): number[] {
  return Array.from({ length: Math.floor(calls / CALLS_PER_STRAY) }, (_, index) =>
    Math.floor((index + 0.5) * CALLS_PER_STRAY),
  );
}
