import { fileURLToPath } from 'node:url';
import { startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import { startMeasured } from '../measured-process.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median, medianOfPairwiseRatios } from '../statistics.js';
import { ratio, seconds, whole } from '../tables.js';

const SEMAPHORE = fileURLToPath(new URL('../semaphore-over-sdk.mjs', import.meta.url));
const ROUNDS = 3;
const ROWS = 1_000;
const CONCURRENCY = 50;
const LATENCY_MS = 50;
const ERRORS = 29;
const STRAYS = 10;

const LIMITED = { rows: 20, perMinute: 12, concurrency: 10 };

/** Single refusals by a service that is well, beside what people write themselves; and a key with a limit. */
export const refusals: Point = {
  title: `${whole(ROWS)} rows, ${CONCURRENCY} calls in flight, answers after ${LATENCY_MS} ms, ${ERRORS} calls get a 500 and ${STRAYS} a 429; and ${LIMITED.rows} rows with a key limited to ${LIMITED.perMinute} a minute`,

  async measure(bench: Bench): Promise<Measurement> {
    const healthy = await measureHealthy(bench);
    const refused = await countRefused(bench);
    return {
      table: {
        header: ['', 'semaphore over the SDK', 'batchai', 'ratio', 'calls refused'],
        rows: [
          [
            'single refusals',
            seconds(median(healthy.semaphore)),
            seconds(median(healthy.batchai)),
            ratio(healthy.ratio),
            whole(STRAYS),
          ],
          ['a limited key', '', seconds(refused.wallMs), '', whole(refused.calls)],
        ],
      },
      quotes: [
        {
          what: `Time of ${whole(ROWS)} rows of which ${ERRORS} meet a 500 and ${STRAYS} a 429, against a semaphore over the official SDK`,
          figure: ratio(healthy.ratio),
        },
        {
          what: `Calls refused in ${LIMITED.rows} rows with a key limited to ${LIMITED.perMinute} a minute, ${LIMITED.concurrency} calls in flight`,
          figure: whole(refused.calls),
        },
      ],
    };
  },
};

/** Both in turns against one server, ms each. */
async function measureHealthy({ workspace }: Bench) {
  const input = workspace.path('refusals.csv');
  writeRows(input, ROWS);
  const server = await BenchServer.refusing(workspace, {
    latencyMs: LATENCY_MS,
    errors: spread(ERRORS),
    strays: spread(STRAYS),
  });
  const semaphore: number[] = [];
  const batchai: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const args = [input, workspace.path('refusals-sdk.csv'), server.url, String(CONCURRENCY)];
    semaphore.push((await startMeasured(workspace, SEMAPHORE, args).usage).wallMs);
    await server.takeArrivals();
    const settings = { fabric: 'openai.yaml', input, url: server.url, rateLimit: 'none' };
    const output = workspace.path('refusals-out.csv');
    batchai.push((await startRun(workspace, { ...settings, output }).usage).wallMs);
    await server.takeArrivals();
    workspace.removeOutput('refusals-out.csv');
  }
  await server.stop();
  return { semaphore, batchai, ratio: medianOfPairwiseRatios(batchai, semaphore) };
}

async function countRefused({ workspace }: Bench) {
  const input = workspace.path('limited.csv');
  writeRows(input, LIMITED.rows);
  const { perMinute, concurrency } = LIMITED;
  const server = await BenchServer.refusing(workspace, {
    latencyMs: LATENCY_MS,
    errors: [],
    strays: [],
    perMinute,
  });
  const settings = { fabric: 'openai.yaml', input, url: server.url, rateLimit: 'none', concurrency };
  const output = workspace.path('limited-out.csv');
  const { wallMs } = await startRun(workspace, { ...settings, output }).usage;
  const arrivals = await server.takeArrivals();
  await server.stop();
  workspace.removeOutput('limited-out.csv');
  return { wallMs, calls: arrivals.filter(({ isRefused }) => isRefused).length };
}

/** So many calls, evenly spread over the rows' first ones; none of them the same for different numbers of calls. */
function spread(calls: number): number[] {
  return Array.from({ length: calls }, (_, index) => Math.floor(((index + 0.5) * ROWS) / calls));
}
