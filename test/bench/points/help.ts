import { startBatchai } from '../batchai.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median } from '../statistics.js';
import { millis } from '../tables.js';

const RUNS = 10;

/** What a person waits for at the least: the start of the program. */
export const help: Point = {
  title: '`batchai --help`, ten runs',

  async measure({ workspace }: Bench): Promise<Measurement> {
    const wallMs: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      wallMs.push((await startBatchai(workspace, ['--help']).usage).wallMs);
    }
    return {
      table: {
        header: ['', 'median', 'fastest', 'slowest'],
        rows: [
          ['whole process', millis(median(wallMs)), millis(Math.min(...wallMs)), millis(Math.max(...wallMs))],
        ],
      },
      quotes: [{ what: 'Time of `batchai --help`', figure: millis(median(wallMs)) }],
    };
  },
};
