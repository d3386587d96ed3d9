import { CONCURRENCY, startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Usage } from '../measured-process.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median, medianOfPairwiseRatios } from '../statistics.js';
import { megabytes, ratio, seconds, whole } from '../tables.js';
import type { Workspace } from '../workspace.js';

const ROWS = 200_000;
const RUNS = 9;
/** Nobody listens at the discard port: each alert is refused, and tried again. */
const DEAD_WEBHOOK = 'http://127.0.0.1:9/hook';

/** What it costs to be watched by everything there is, where the service costs no time. */
export const watching: Point = {
  title: `Watched by log, metrics and alerts, zero latency, ${CONCURRENCY} calls in the air, one core, start-up included`,

  async measure({ workspace, sizes }: Bench): Promise<Measurement> {
    const size = sizes[0] ?? ROWS;
    const { alone, watched } = await measureInTurns(workspace, size);
    const share = medianOfPairwiseRatios(perSecond(watched, size), perSecond(alone, size));
    return {
      table: {
        header: ['whole process', 'median rows/s', 'peak RSS', 'CPU', 'median of pairwise ratios'],
        rows: [
          [`nobody watches, ${whole(size)} rows`, ...figures(alone, size), ''],
          ['log, metrics by port and file, alerts', ...figures(watched, size), ratio(share)],
        ],
      },
      quotes: [{ what: 'Rows a second with log, metrics and alerts, against none', figure: ratio(share) }],
    };
  },
};

async function measureInTurns(workspace: Workspace, size: number) {
  const input = workspace.path('watched-rows.csv');
  writeRows(input, size);
  const server = await BenchServer.zeroLatency(workspace);
  const output = workspace.path('out.csv');
  const args = [
    ...['--log', workspace.path('run.log')],
    ...['--metrics-port', '0', '--metrics-file', workspace.path('run.prom')],
    ...['--alert', DEAD_WEBHOOK, '--expect', '1ms', '--alert-finish'],
  ];
  const run = async (more: readonly string[]): Promise<Usage> => {
    const usage = await startRun(workspace, { input, output, url: server.url, more }).usage;
    await server.requireCalls(size);
    workspace.removeOutput('out.csv');
    return usage;
  };
  const alone: Usage[] = [];
  const watched: Usage[] = [];
  for (let turn = 0; turn < RUNS; turn++) {
    // Whatever the first of a pair leaves to the second is left to either of them in turn.
    if (turn % 2 === 0) alone.push(await run([]));
    watched.push(await run(args));
    if (turn % 2 === 1) alone.push(await run([]));
  }
  await server.stop();
  return { alone, watched };
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
