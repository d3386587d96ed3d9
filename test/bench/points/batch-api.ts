import { startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Bench, Measurement, Point } from '../point.js';
import { megabytes, whole } from '../tables.js';

const ROWS = 1_000_000;

/**
 * A run over a batch API that answers at once. What counts is the program's own CPU time, not the waits for the service;
 * memory is to stay the same however many rows there are.
 */
export const batchApi: Point = {
  title: 'Batch API, batches that end at once',

  async measure({ workspace, sizes }: Bench): Promise<Measurement> {
    const measured: { rows: number; rowsPerSecond: number; peakRssBytes: number }[] = [];
    for (const rows of sizes.length > 0 ? sizes : [ROWS]) {
      // A server of its own for each: it keeps the files that it was sent.
      const server = await BenchServer.batches(workspace);
      const input = workspace.path(`batch-rows-${rows}.csv`);
      writeRows(input, rows);
      const { cpuMs, peakRssBytes } = await startRun(workspace, {
        ...{ input, output: workspace.path('batch-out.csv'), url: server.url },
        fabric: 'openai-batch.yaml',
        more: ['--batch-api', '--batch-api-poll', '1s'],
      }).usage;
      await server.stop();
      workspace.removeOutput('batch-out.csv');
      measured.push({ rows, rowsPerSecond: rows / (cpuMs / 1_000), peakRssBytes });
    }
    return {
      table: {
        header: ['rows', 'rows a second of CPU time', 'peak RSS'],
        rows: measured.map(({ rows, rowsPerSecond, peakRssBytes }) => [
          whole(rows),
          whole(rowsPerSecond),
          megabytes(peakRssBytes),
        ]),
      },
      quotes: measured.flatMap(({ rows, rowsPerSecond, peakRssBytes }) => [
        {
          what: `Rows a second of CPU time through a batch API, ${whole(rows)} rows`,
          figure: whole(rowsPerSecond),
        },
        { what: `Peak memory of that run`, figure: megabytes(peakRssBytes) },
      ]),
    };
  },
};
