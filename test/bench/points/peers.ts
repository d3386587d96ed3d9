import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { virtualEnvironment } from '../../support/virtual-environment.js';
import { CONCURRENCY, startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import { startMeasuredCommand, type Usage } from '../measured-process.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median, medianOfPairwiseRatios } from '../statistics.js';
import { megabytes, ratio, seconds, whole } from '../tables.js';

const inBench = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const SIZES = [2_000, 120_000];
const RUNS = 3;

/** Beside a script that people write themselves: asyncio and aiohttp, with the same rows, over the same server. */
export const peers: Point = {
  title: 'A script with asyncio and aiohttp, zero latency, 50 calls in the air, one core, start-up included',

  async measure(bench: Bench): Promise<Measurement> {
    const python = virtualEnvironment('bench-peers', inBench('peers-requirements.txt'));
    const header = ['whole process', 'median rows/s', 'peak RSS', 'CPU', 'median of pairwise ratios'];
    if (python.kind === 'missing')
      return { table: { header, rows: [[`left out: ${python.why}`]] }, quotes: [] };
    const rows: string[][] = [];
    const quotes = [];
    try {
      for (const size of bench.sizes.length > 0 ? bench.sizes : SIZES) {
        const { script, batchai } = await measureInTurns(bench, join(python.bin, 'python'), size);
        const share = medianOfPairwiseRatios(perSecond(batchai, size), perSecond(script, size));
        rows.push([`the script, ${whole(size)} rows`, ...figures(script, size), '']);
        rows.push([`batchai, ${whole(size)} rows`, ...figures(batchai, size), ratio(share)]);
        quotes.push({
          what: `Rows a second, ${whole(size)} rows, against a script with asyncio and aiohttp`,
          figure: ratio(share),
        });
      }
    } finally {
      python.remove();
    }
    return { table: { header, rows }, quotes };
  },
};

async function measureInTurns({ workspace }: Bench, python: string, size: number) {
  const input = workspace.path(`rows-${size}.csv`);
  writeRows(input, size);
  const server = await BenchServer.zeroLatency(workspace);
  const output = workspace.path('out.csv');
  const command = [python, inBench('report-usage.py'), inBench('asyncio-loop.py')];
  const script: Usage[] = [];
  const batchai: Usage[] = [];
  for (let run = 0; run < RUNS; run++) {
    const args = [server.url, input, output, String(CONCURRENCY)];
    script.push(await startMeasuredCommand(workspace, [...command, ...args]).usage);
    await server.requireCalls(size);
    workspace.removeOutput('out.csv');
    batchai.push(await startRun(workspace, { input, output, url: server.url }).usage);
    await server.requireCalls(size);
    workspace.removeOutput('out.csv');
  }
  await server.stop();
  return { script, batchai };
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
