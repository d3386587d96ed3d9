import { writeFileSync } from 'node:fs';
import { CONCURRENCY, startRun } from '../batchai.js';
import { withQueue } from '../bench-queue.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median, medianOfPairwiseRatios } from '../statistics.js';
import { percent, ratio, whole } from '../tables.js';
import type { Workspace } from '../workspace.js';

const ROWS = 100_000;
const ROUNDS = 3;

const LATENCY_MS = 200;
/** What a worker makes in 20 s at best. */
const ROWS_A_WORKER = 5_000;
const IDEAL_PER_SECOND = (CONCURRENCY * 1_000) / LATENCY_MS;

/** Who makes the calls: the process that reads and writes, or so many workers on a queue. */
type Executors = 'local' | 1 | 2;

/** Rows a second over a queue, beside a run that makes its calls itself. */
export const queue: Point = {
  title:
    'Queue: 50 calls in the air per process; coordinator, workers and Redis (AOF every second) on two cores',

  async measure(bench: Bench): Promise<Measurement> {
    const atOnce = await atZeroLatency(bench);
    const waiting = await atLatency(bench);
    const of = (executors: Executors) => medianOfPairwiseRatios(atOnce[executors], atOnce.local);
    return {
      table: {
        header: ['', 'rows/s at no latency', 'against local', `rows/s at ${LATENCY_MS} ms`, 'of the ideal'],
        rows: (
          [
            ['local', 'one process', 1],
            [1, 'queue, one worker', 1],
            [2, 'queue, two workers', 2],
          ] as const
        ).map(([executors, name, processes]) => [
          name,
          whole(median(atOnce[executors])),
          ratio(of(executors)),
          whole(waiting[executors]),
          percent(waiting[executors] / (processes * IDEAL_PER_SECOND)),
        ]),
      },
      quotes: [
        {
          what: 'Rows a second at no latency, a queue with two workers, against one process',
          figure: ratio(of(2)),
        },
        { what: 'The same with one worker', figure: ratio(of(1)) },
        {
          what: `Rows a second at ${LATENCY_MS} ms, one worker, against the ideal`,
          figure: percent(waiting[1] / IDEAL_PER_SECOND),
        },
        { what: 'The same, two workers against one', figure: ratio(waiting[2] / waiting[1]) },
      ],
    };
  },
};

/** In turns, so that a slow minute of the machine slows all. */
async function atZeroLatency({ workspace, sizes }: Bench): Promise<Record<Executors, number[]>> {
  const rows = sizes[0] ?? ROWS;
  const server = await BenchServer.zeroLatency(workspace);
  const measured: Record<Executors, number[]> = { local: [], 1: [], 2: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const executors of ['local', 1, 2] as const) {
      measured[executors].push(await rowsPerSecond(workspace, server, executors, rows));
      await server.requireCalls(rows);
    }
  }
  await server.stop();
  return measured;
}

async function atLatency({ workspace }: Bench): Promise<Record<Executors, number>> {
  const latenciesFile = workspace.path('latencies.json');
  writeFileSync(latenciesFile, JSON.stringify(Array(2 * ROWS_A_WORKER).fill(LATENCY_MS)));
  const server = await BenchServer.timed(workspace, latenciesFile);
  const measured = {
    local: await rowsPerSecond(workspace, server, 'local', ROWS_A_WORKER),
    1: await rowsPerSecond(workspace, server, 1, ROWS_A_WORKER),
    2: await rowsPerSecond(workspace, server, 2, 2 * ROWS_A_WORKER),
  };
  await server.stop();
  return measured;
}

/** Of the whole process that reads and writes, its start included. Workers are there before it. */
async function rowsPerSecond(
  workspace: Workspace,
  server: BenchServer,
  executors: Executors,
  rows: number,
): Promise<number> {
  const input = workspace.path(`rows-${rows}.csv`);
  writeRows(input, rows);
  const settings = { input, output: workspace.path('queue-out.csv'), url: server.url };
  const run = (url?: string) =>
    startRun(
      workspace,
      { ...settings, rateLimit: 'none', ...(url === undefined ? {} : { queue: url }) },
      { cores: 'both' },
    ).usage;
  const { wallMs } =
    executors === 'local'
      ? await run()
      : await withQueue(workspace, { workers: executors }, ({ url }) => run(url));
  workspace.removeOutput('queue-out.csv');
  return (rows * 1_000) / wallMs;
}
