import { startRun } from '../batchai.js';
import { withQueue } from '../bench-queue.js';
import { BenchServer } from '../bench-server.js';
import { writePictures } from '../pictures.js';
import type { Bench, Measurement, Point } from '../point.js';
import { megabytes, ratio, whole } from '../tables.js';

const ROWS = 500;
const ROUNDS = 3;
const WAYS = ['shared', 'send'] as const;

interface Way {
  readonly rowsPerSecond: number;
  readonly redisBytes: number;
  readonly coordinatorBytes: number;
}

/** What it costs to send files to workers, beside a disk that all share. */
export const queueFiles: Point = {
  title: 'Pictures of 300 KB over a queue, two workers of 50 calls, zero latency, all on two cores',

  async measure({ workspace, sizes }: Bench): Promise<Measurement> {
    const rows = sizes[0] ?? ROWS;
    const server = await BenchServer.zeroLatency(workspace, { service: 'openai' });
    const input = workspace.path('pictures/rows.csv');
    writePictures(input, rows);
    const measured: Record<(typeof WAYS)[number], Way[]> = { shared: [], send: [] };
    const measure = (way: (typeof WAYS)[number]): Promise<Way> =>
      withQueue(workspace, { workers: 2 }, async (queue) => {
        const settings = { input, output: workspace.path('pictures-out.csv'), url: `${server.url}/v1` };
        const { wallMs, peakRssBytes } = await startRun(
          workspace,
          {
            ...{ ...settings, fabric: 'attachments.yaml', rateLimit: 'none', queue: queue.url },
            more: ['--queue-files', way],
          },
          { cores: 'both' },
        ).usage;
        workspace.removeOutput('pictures-out.csv');
        return {
          rowsPerSecond: (1_000 * rows) / wallMs,
          redisBytes: await queue.peakBytes(),
          coordinatorBytes: peakRssBytes,
        };
      });
    for (let round = 0; round < ROUNDS; round++)
      for (const way of WAYS) measured[way].push(await measure(way));
    await server.stop();
    const most = (way: (typeof WAYS)[number], of: keyof Way) =>
      Math.max(...measured[way].map((one) => one[of]));

    return {
      table: {
        header: ['files', 'pictures a second', 'most in Redis', 'peak RSS of the coordinator'],
        rows: WAYS.map((way) => [
          way,
          whole(most(way, 'rowsPerSecond')),
          megabytes(most(way, 'redisBytes')),
          megabytes(most(way, 'coordinatorBytes')),
        ]),
      },
      quotes: [
        {
          what: 'Pictures a second that are sent to two workers, against those of a shared disk',
          figure: ratio(most('send', 'rowsPerSecond') / most('shared', 'rowsPerSecond')),
        },
        { what: 'Most that Redis held', figure: megabytes(most('send', 'redisBytes')) },
      ],
    };
  },
};
