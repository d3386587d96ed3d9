import { writeFileSync } from 'node:fs';
import { CONCURRENCY, startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import { heavyTailedLatencies, listSchedulingMs } from '../latencies.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median } from '../statistics.js';
import { ratio, seconds } from '../tables.js';

const ROWS = 2_500;
const SEEDS = [1, 2, 3];

/** How long slow rows make the whole run: beside the best that can be done with the same latencies. */
export const makespan: Point = {
  title: 'Makespan, lognormal latency (median 200 ms, p99 2 s), 2,500 rows, 50 calls in the air',

  async measure({ workspace }: Bench): Promise<Measurement> {
    const input = workspace.path('makespan.csv');
    const latenciesFile = workspace.path('latencies.json');
    writeRows(input, ROWS);
    const rows: string[][] = [];
    const ratios: number[] = [];
    for (const seed of SEEDS) {
      const latenciesMs = heavyTailedLatencies(ROWS, seed);
      writeFileSync(latenciesFile, JSON.stringify(latenciesMs));
      const server = await BenchServer.timed(workspace, latenciesFile);
      const { wallMs } = await startRun(workspace, {
        input,
        output: workspace.path('makespan-out.csv'),
        url: server.url,
      }).usage;
      await server.stop();
      workspace.removeOutput('makespan-out.csv');

      const bestMs = listSchedulingMs(latenciesMs, CONCURRENCY);
      ratios.push(wallMs / bestMs);
      const evenlyMs = latenciesMs.reduce((sum, ms) => sum + ms, 0) / CONCURRENCY;
      rows.push([
        `seed ${seed}`,
        seconds(evenlyMs),
        seconds(bestMs),
        seconds(wallMs),
        ratio(wallMs / bestMs),
      ]);
    }
    return {
      table: {
        header: ['latencies', 'sum / 50', 'list scheduling', 'batchai, start-up included', 'ratio'],
        rows,
      },
      quotes: [
        {
          what: 'Time of a run with heavy-tailed latency, against list scheduling',
          figure: ratio(median(ratios)),
        },
      ],
    };
  },
};
