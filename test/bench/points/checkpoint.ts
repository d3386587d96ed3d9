import { startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median, medianOfPairwiseRatios } from '../statistics.js';
import { ratio, whole } from '../tables.js';

const USUAL_SIZE = 100_000;
const RUNS = 5;

/** What safety costs: a file with its checkpoint and journal, beside standard output, which keeps neither. */
export const checkpoint: Point = {
  title: 'Cost of the checkpoint, zero latency, 50 calls in the air',

  async measure({ workspace, sizes }: Bench): Promise<Measurement> {
    const size = sizes[0] ?? USUAL_SIZE;
    const input = workspace.path(`rows-${size}.csv`);
    const outputFile = workspace.path('checkpoint-out.csv');
    writeRows(input, size);
    const server = await BenchServer.zeroLatency(workspace);
    const withCheckpoint: number[] = [];
    const without: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const checkpointed = await startRun(workspace, { input, output: outputFile, url: server.url }).usage;
      withCheckpoint.push((size * 1_000) / checkpointed.wallMs);
      workspace.removeOutput('checkpoint-out.csv');
      const streamed = await startRun(
        workspace,
        { input, output: '-', url: server.url },
        { stdoutFile: outputFile },
      ).usage;
      without.push((size * 1_000) / streamed.wallMs);
      workspace.removeOutput('checkpoint-out.csv');
    }
    await server.stop();

    const share = medianOfPairwiseRatios(withCheckpoint, without);
    return {
      table: {
        header: [`${whole(size)} rows`, 'median rows/s', 'median of pairwise ratios'],
        rows: [
          ['to standard output, no checkpoint', whole(median(without)), ''],
          ['to a file, with the checkpoint', whole(median(withCheckpoint)), ratio(share)],
        ],
      },
      quotes: [{ what: 'Rows a second with the checkpoint, against without', figure: ratio(share) }],
    };
  },
};
