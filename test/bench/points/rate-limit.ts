import { writeFileSync } from 'node:fs';
import { startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Bench, Measurement, Point } from '../point.js';
import { mostInAnyWindow, perMsFrom } from '../statistics.js';
import { percent, whole } from '../tables.js';

const ROWS = 400;
const CALLS_PER_SECOND = 20;
const CONCURRENCY = 10;
const LATENCY_MS = 50;

/** A limit is kept in every second, as the server sees it, and used up. */
export const rateLimit: Point = {
  title: '`--rate-limit 20/s`, 10 calls in the air, 400 rows, answers after 50 ms',

  async measure({ workspace }: Bench): Promise<Measurement> {
    const input = workspace.path('rate-limit.csv');
    const latenciesFile = workspace.path('latencies.json');
    writeRows(input, ROWS);
    writeFileSync(latenciesFile, JSON.stringify(Array(ROWS).fill(LATENCY_MS)));
    const server = await BenchServer.timed(workspace, latenciesFile);
    await startRun(workspace, {
      input,
      output: workspace.path('rate-limit-out.csv'),
      url: server.url,
      concurrency: CONCURRENCY,
      rateLimit: `${CALLS_PER_SECOND}/s`,
    }).usage;
    const arrivals = await server.takeArrivals();
    await server.stop();
    workspace.removeOutput('rate-limit-out.csv');

    const calls = arrivals.map(({ at }) => ({ at, amount: 1 }));
    const used = (perMsFrom(calls, calls[0]?.at ?? 0) * 1_000) / CALLS_PER_SECOND;
    const most = mostInAnyWindow(calls, 1_000);
    return {
      table: {
        header: ['calls', 'most in any second', 'share of the limit used'],
        rows: [[whole(arrivals.length), whole(most), percent(used)]],
      },
      quotes: [
        { what: 'Most calls in any second under `--rate-limit 20/s`', figure: whole(most) },
        { what: 'Share of that limit used', figure: percent(used) },
      ],
    };
  },
};
