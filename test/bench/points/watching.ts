import { CONCURRENCY, startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Usage } from '../measured-process.js';
import type { Bench, Measurement, Point } from '../point.js';
import { median, medianOfPairwiseRatios } from '../statistics.js';
import { megabytes, ratio, seconds, whole } from '../tables.js';
import type { Workspace } from '../workspace.js';

const ROWS = 100_000;
const RUNS = 7;
/** Nobody listens at the discard port: each alert is refused, and tried again. */
const DEAD_WEBHOOK = 'http://127.0.0.1:9/hook';

/**
 * What it costs to be watched by everything there is, where the service costs no time. Both runs share one core at the
 * same time, and their CPU time is compared: what disturbs one disturbs the other, so that a percent can be seen.
 */
export const watching: Point = {
  title: `Watched by log, metrics and alerts, zero latency, ${CONCURRENCY} calls in the air, side by side on one core, start-up included`,

  async measure({ workspace, sizes }: Bench): Promise<Measurement> {
    const size = sizes[0] ?? ROWS;
    const input = workspace.path('watched-rows.csv');
    writeRows(input, size);
    const alone = await runner(workspace, 'alone', input, size, []);
    const watched = await runner(workspace, 'watched', input, size, [
      ...['--log', workspace.path('run.log')],
      ...['--metrics-port', '0', '--metrics-file', workspace.path('run.prom')],
      ...['--alert', DEAD_WEBHOOK, '--expect', '1ms', '--alert-finish'],
    ]);
    for (let turn = 0; turn < RUNS; turn++) await Promise.all([alone.run(), watched.run()]);
    await Promise.all([alone.close(), watched.close()]);
    const share = medianOfPairwiseRatios(alone.usages.map(cpu), watched.usages.map(cpu));
    return {
      table: {
        header: ['whole process', 'CPU', 'peak RSS', 'median of pairwise ratios'],
        rows: [
          [`nobody watches, ${whole(size)} rows`, ...figures(alone.usages), ''],
          ['log, metrics by port and file, alerts', ...figures(watched.usages), ratio(share)],
        ],
      },
      quotes: [{ what: 'CPU time without log, metrics and alerts, against with them', figure: ratio(share) }],
    };
  },
};

/** A run that can be made again and again, with a server of its own. */
async function runner(
  workspace: Workspace,
  name: string,
  input: string,
  size: number,
  more: readonly string[],
) {
  const server = await BenchServer.zeroLatency(workspace);
  const output = `${name}.csv`;
  const usages: Usage[] = [];
  return {
    usages,
    async run(): Promise<void> {
      const settings = { input, output: workspace.path(output), url: server.url, more };
      usages.push(await startRun(workspace, settings).usage);
      await server.requireCalls(size);
      workspace.removeOutput(output);
    },
    close: () => server.stop(),
  };
}

function cpu({ cpuMs }: Usage): number {
  return cpuMs;
}

function figures(runs: readonly Usage[]): string[] {
  return [
    seconds(median(runs.map(cpu))),
    megabytes(Math.max(...runs.map(({ peakRssBytes }) => peakRssBytes))),
  ];
}
