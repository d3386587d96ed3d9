import { writeFileSync } from 'node:fs';
import { startRun } from '../batchai.js';
import { withQueue } from '../bench-queue.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Bench, Measurement, Point } from '../point.js';
import { mostInAnyWindow, perMsFrom } from '../statistics.js';
import { percent, whole } from '../tables.js';

const ROWS = 400;
const CALLS_PER_SECOND = 20;
const WORKERS = { workers: 3, concurrency: 10 };
const LATENCY_MS = 50;

/** One limit for all workers is kept in every second, as the server sees it, and used up. */
export const queueLimit: Point = {
  title: '`--rate-limit 20/s` over three workers, 10 calls in the air each, 400 rows, answers after 50 ms',

  async measure({ workspace }: Bench): Promise<Measurement> {
    const input = workspace.path('queue-limit.csv');
    const output = workspace.path('queue-limit-out.csv');
    const latenciesFile = workspace.path('latencies.json');
    writeRows(input, ROWS);
    writeFileSync(latenciesFile, JSON.stringify(Array(ROWS).fill(LATENCY_MS)));
    const server = await BenchServer.timed(workspace, latenciesFile);
    await withQueue(workspace, WORKERS, async (queue) => {
      const settings = {
        input,
        output,
        url: server.url,
        rateLimit: `${CALLS_PER_SECOND}/s`,
        queue: queue.url,
      };
      await startRun(workspace, settings, { cores: 'both' }).usage;
    });
    const arrivals = await server.takeArrivals();
    await server.stop();
    workspace.removeOutput('queue-limit-out.csv');

    const calls = arrivals.map(({ at }) => ({ at, amount: 1 }));
    const used = (perMsFrom(calls, calls[0]?.at ?? 0) * 1_000) / CALLS_PER_SECOND;
    const most = mostInAnyWindow(calls, 1_000);
    return {
      table: {
        header: ['calls', 'most in any second', 'share of the limit used'],
        rows: [[whole(calls.length), whole(most), percent(used)]],
      },
      quotes: [
        { what: 'Most calls in any second under `--rate-limit 20/s`, three workers', figure: whole(most) },
        { what: 'Share of that limit used', figure: percent(used) },
      ],
    };
  },
};
