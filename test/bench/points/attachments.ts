import { startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writePictures } from '../pictures.js';
import type { Bench, Measurement, Point } from '../point.js';
import { megabytes, whole } from '../tables.js';

const SIZES = [200, 2_000];

/** Memory is bounded by the files in flight: the last figure is to be near the first. */
export const attachments: Point = {
  title: 'Rows with a picture of 300 KB each, zero latency, 50 calls in the air',

  async measure({ workspace, sizes }: Bench): Promise<Measurement> {
    const server = await BenchServer.zeroLatency(workspace, { service: 'openai' });
    const runs: { size: number; peakRssBytes: number; wallMs: number }[] = [];
    for (const size of sizes.length > 0 ? sizes : SIZES) {
      const input = workspace.path('pictures/rows.csv');
      writePictures(input, size);
      const { peakRssBytes, wallMs } = await startRun(workspace, {
        fabric: 'attachments.yaml',
        input,
        output: workspace.path('pictures-out.csv'),
        url: `${server.url}/v1`,
      }).usage;
      workspace.removeOutput('pictures-out.csv');
      runs.push({ size, peakRssBytes, wallMs });
    }
    await server.stop();

    return {
      table: {
        header: ['rows', 'peak RSS', 'pictures a second'],
        rows: runs.map(({ size, peakRssBytes, wallMs }) => [
          whole(size),
          megabytes(peakRssBytes),
          whole((1_000 * size) / wallMs),
        ]),
      },
      quotes: runs.map(({ size, peakRssBytes }) => ({
        what: `Peak memory at ${whole(size)} rows with a picture of 300 KB each`,
        figure: megabytes(peakRssBytes),
      })),
    };
  },
};
