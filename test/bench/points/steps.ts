import { writeFileSync } from 'node:fs';
import { CONCURRENCY, startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import { heavyTailedLatencies, listSchedulingMs } from '../latencies.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median } from '../statistics.js';
import { ratio, seconds } from '../tables.js';

const ROWS = 1_500;
const SEEDS = [1, 2, 3];

/** How long a run with three steps a row takes: beside the best that can be done with the same calls. */
export const steps: Point = {
  title:
    'Three steps a row, lognormal latency (median 200 ms, p99 2 s) each, 1,500 rows, 50 calls in the air',

  async measure({ workspace }: Bench): Promise<Measurement> {
    const input = workspace.path('steps.csv');
    const latenciesFile = workspace.path('step-latencies.json');
    writeRows(input, ROWS);
    const rows: string[][] = [];
    const ratios: number[] = [];
    for (const seed of SEEDS) {
      const first = heavyTailedLatencies(ROWS, seed);
      const second = heavyTailedLatencies(ROWS, seed + 100);
      const third = heavyTailedLatencies(ROWS, seed + 200);
      writeFileSync(latenciesFile, JSON.stringify({ first, second, third }));
      const server = await BenchServer.timed(workspace, latenciesFile);
      const output = 'steps-out.csv';
      const { wallMs } = await startRun(workspace, {
        ...{ fabric: 'steps.yaml', input, output: workspace.path(output), url: server.url },
      }).usage;
      await server.stop();
      workspace.removeOutput(output);

      // Of a row, no step begins before the one before it has its answer.
      const together = first.map((ms, index) => ms + (second[index] ?? 0) + (third[index] ?? 0));
      const bestMs = listSchedulingMs(together, CONCURRENCY);
      ratios.push(wallMs / bestMs);
      rows.push([`seed ${seed}`, seconds(bestMs), seconds(wallMs), ratio(wallMs / bestMs)]);
    }
    return {
      table: { header: ['latencies', 'list scheduling', 'batchai, start-up included', 'ratio'], rows },
      quotes: [
        {
          what: 'Time of a run with three steps a row, against list scheduling of the same calls',
          figure: ratio(median(ratios)),
        },
      ],
    };
  },
};
