import { fileURLToPath } from 'node:url';
import { CONCURRENCY, startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { generatedInputs, writeRows } from '../generate-rows.js';
import { startMeasured, type Usage } from '../measured-process.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median, medianOfPairwiseRatios } from '../statistics.js';
import { megabytes, ratio, seconds, whole } from '../tables.js';

const BARE_LOOP = fileURLToPath(new URL('../bare-loop.mjs', import.meta.url));
const USUAL_SIZE = 100_000;
const FULL_SIZE = 1_000_000;

/** Rows a second where the service costs no time, beside a loop that does nothing but call. */
export const throughput: Point = {
  title: 'Throughput, zero latency, 50 calls in the air, one core, start-up included',

  async measure(bench: Bench): Promise<Measurement> {
    const sizes = bench.sizes.length > 0 ? bench.sizes : bench.full ? [USUAL_SIZE, FULL_SIZE] : [USUAL_SIZE];
    const rows: string[][] = [];
    const quotes = [];
    for (const size of sizes) {
      const { bare, batchai } = await measureInTurns(bench, size);
      const share = medianOfPairwiseRatios(perSecond(batchai, size), perSecond(bare, size));
      rows.push([`bare undici loop, ${whole(size)} calls`, ...figures(bare, size), '']);
      rows.push([`batchai, ${whole(size)} rows`, ...figures(batchai, size), ratio(share)]);
      quotes.push({
        what: `Rows a second, ${whole(size)} rows, against a bare undici loop`,
        figure: ratio(share),
      });
    }
    return {
      table: {
        header: ['whole process', 'median rows/s', 'peak RSS', 'CPU', 'median of pairwise ratios'],
        rows,
      },
      quotes,
    };
  },
};

async function measureInTurns({ workspace }: Bench, size: number) {
  const input = workspace.path(`rows-${size}.csv`);
  writeRows(input, size);
  const server = await BenchServer.zeroLatency(workspace);
  const body = JSON.stringify({ fabricId: 'bench', inputs: generatedInputs(size) });
  const bare: Usage[] = [];
  const batchai: Usage[] = [];
  for (let run = 0; run < (size >= FULL_SIZE ? 3 : 5); run++) {
    const loopArgs = [server.url, String(size), String(CONCURRENCY), body];
    bare.push(await startMeasured(workspace, BARE_LOOP, loopArgs).usage);
    await server.requireCalls(size);
    const output = workspace.path('out.csv');
    batchai.push(await startRun(workspace, { input, output, url: server.url }).usage);
    await server.requireCalls(size);
    workspace.removeOutput('out.csv');
  }
  await server.stop();
  return { bare, batchai };
}

function perSecond(runs: readonly Usage[], size: number): number[] {
  return runs.map(({ wallMs }) => (size * 1_000) / wallMs);
}

function figures(runs: readonly Usage[], size: number): string[] {
  return [
    whole(median(perSecond(runs, size))),
    megabytes(Math.max(...runs.map(({ peakRssBytes }) => peakRssBytes))),
    seconds(median(runs.map(({ cpuMs }) => cpuMs))),
  ];
}
