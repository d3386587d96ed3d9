import { startRun } from '../batchai.js';
import { withQueue } from '../bench-queue.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Bench, Measurement, Point } from '../point.js';
import { megabytes, whole } from '../tables.js';

const USUAL_SIZE = 1_000_000;
const BYTES_A_ROW = 300;
/** Of the default window, in batches of 50. */
const ROWS_IN_WINDOW = 5_000;

/** What is queued is a buffer: Redis holds as much for a large file as for a small one. */
export const queueMemory: Point = {
  title: 'Memory of Redis, rows of 300 bytes, answers of 130, no latency, two workers',

  async measure({ workspace, sizes }: Bench): Promise<Measurement> {
    const server = await BenchServer.zeroLatency(workspace);
    const peaks: { size: number; bytes: number }[] = [];
    for (const size of sizes.length > 0 ? sizes : [USUAL_SIZE]) {
      const input = workspace.path('queue-memory.csv');
      writeRows(input, size, BYTES_A_ROW);
      const bytes = await withQueue(workspace, { workers: 2 }, async (queue) => {
        const output = workspace.path('queue-memory-out.csv');
        const settings = { input, output, url: server.url, rateLimit: 'none', queue: queue.url };
        await startRun(workspace, settings, { cores: 'both' }).usage;
        return queue.peakBytes();
      });
      workspace.removeOutput('queue-memory-out.csv');
      peaks.push({ size, bytes });
    }
    await server.stop();
    return {
      table: {
        header: ['rows', 'most above the empty Redis', 'bytes a row in the window', 'keys left'],
        rows: peaks.map(({ size, bytes }) => [
          whole(size),
          `${(bytes / 1e6).toFixed(1)} MB`,
          whole(bytes / Math.min(size, ROWS_IN_WINDOW)),
          '0',
        ]),
      },
      quotes: peaks.map(({ size, bytes }) => ({
        what: `Most that Redis held, ${whole(size)} rows of 300 bytes`,
        figure: megabytes(bytes),
      })),
    };
  },
};
