import { startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Bench, Measurement, Point } from '../point.js';
import { megabytes, ratio, whole } from '../tables.js';

const SIZES = [10_000, 20_000, 1_000_000];

/** Memory is bounded by the rows in flight, not by the file: the last figure is to be near the first. */
export const memory: Point = {
  title: 'Peak memory, zero latency, 50 calls in the air',

  async measure({ workspace, sizes }: Bench): Promise<Measurement> {
    const server = await BenchServer.zeroLatency(workspace);
    const peaks: { size: number; peakRssBytes: number }[] = [];
    for (const size of sizes.length > 0 ? sizes : SIZES) {
      const input = workspace.path(`rows-${size}.csv`);
      writeRows(input, size);
      const { peakRssBytes } = await startRun(workspace, {
        input,
        output: workspace.path('memory-out.csv'),
        url: server.url,
      }).usage;
      workspace.removeOutput('memory-out.csv');
      peaks.push({ size, peakRssBytes });
    }
    await server.stop();

    const smallest = peaks[0]?.peakRssBytes ?? Number.NaN;
    return {
      table: {
        header: ['rows', 'peak RSS', 'times the first'],
        rows: peaks.map(({ size, peakRssBytes }) => [
          whole(size),
          megabytes(peakRssBytes),
          ratio(peakRssBytes / smallest),
        ]),
      },
      quotes: peaks.map(({ size, peakRssBytes }) => ({
        what: `Peak memory at ${whole(size)} rows`,
        figure: megabytes(peakRssBytes),
      })),
    };
  },
};
