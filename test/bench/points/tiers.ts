import { writeFileSync } from 'node:fs';
import { CONCURRENCY, startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import { heavyTailedLatencies, tieredSchedulingMs } from '../latencies.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median } from '../statistics.js';
import { ratio, seconds } from '../tables.js';

const ROWS = 2_500;
const SEEDS = [1, 2, 3];

/** Three rows in ten are too hard for the first fabric. */
const SCORE = 'export default ({ id }) => (Number(id) % 10 < 3 ? 0 : 1);\n';
const movesUp = (index: number) => (index + 1) % 10 < 3;

/** How long a run with two tiers takes: beside the best that can be done with the same calls. */
export const tiers: Point = {
  title:
    'Two tiers, 30 % low scores, lognormal latency (median 200 ms, p99 2 s), 2,500 rows, 50 calls in the air each',

  async measure({ workspace }: Bench): Promise<Measurement> {
    const input = workspace.path('tiers.csv');
    const latenciesFile = workspace.path('tier-latencies.json');
    const score = workspace.path('score.mjs');
    writeRows(input, ROWS);
    writeFileSync(score, SCORE);
    const rows: string[][] = [];
    const ratios: number[] = [];
    for (const seed of SEEDS) {
      const bench = heavyTailedLatencies(ROWS, seed);
      const better = heavyTailedLatencies(ROWS, seed + 100);
      writeFileSync(latenciesFile, JSON.stringify({ bench, better }));
      const server = await BenchServer.timed(workspace, latenciesFile);
      const { wallMs } = await startRun(workspace, {
        input,
        output: workspace.path('tiers-out.csv'),
        url: server.url,
        more: ['--tier', 'better', '--min-score', '0.5', '--score', `module:${score}`],
      }).usage;
      await server.stop();
      workspace.removeOutput('tiers-out.csv');

      const bestMs = tieredSchedulingMs(bench, better, movesUp, CONCURRENCY);
      ratios.push(wallMs / bestMs);
      rows.push([`seed ${seed}`, seconds(bestMs), seconds(wallMs), ratio(wallMs / bestMs)]);
    }
    return {
      table: {
        header: ['latencies', 'list scheduling on the places of both', 'batchai, start-up included', 'ratio'],
        rows,
      },
      quotes: [
        {
          what: 'Time of a run with two tiers, 30 % of the rows moving up, against list scheduling of the same calls',
          figure: ratio(median(ratios)),
        },
      ],
    };
  },
};
