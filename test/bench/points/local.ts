import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { startBatchai } from '../batchai.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median } from '../statistics.js';
import { megabytes, whole } from '../tables.js';

const REVIEWS = new URL('../../../fixtures/reviews.csv', import.meta.url);
const ROWS = 5_000;
const RUNS = 3;

/** A fabric on this machine: no network, no key. */
export const local: Point = {
  title: '`--fabric local:sentiment`, 5,000 reviews, start-up included',

  async measure({ workspace }: Bench): Promise<Measurement> {
    const input = workspace.path('reviews.csv');
    writeRepeated(input);
    const perSecond: number[] = [];
    const peaks: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const output = workspace.path('local-out.csv');
      const args = ['run', input, '--fabric', 'local:sentiment', '--output', output];
      const usage = await startBatchai(workspace, [...args, '--no-progress', '--quiet']).usage;
      perSecond.push((ROWS * 1_000) / usage.wallMs);
      peaks.push(usage.peakRssBytes);
      workspace.removeOutput('local-out.csv');
    }
    return {
      table: {
        header: ['rows', 'median rows/s', 'peak RSS'],
        rows: [[whole(ROWS), whole(median(perSecond)), megabytes(Math.max(...peaks))]],
      },
      quotes: [{ what: 'Rows a second with `local:sentiment`', figure: whole(median(perSecond)) }],
    };
  },
};

/** The fixture is small: its reviews come again and again until there are enough. */
function writeRepeated(file: string): void {
  const [header = [], ...reviews] = parse(readFileSync(REVIEWS), { bom: true }) as string[][];
  const repeated = Array.from({ length: ROWS }, (_, row) => reviews[row % reviews.length] ?? []);
  writeFileSync(file, stringify([header, ...repeated]));
}
