import { writeFileSync } from 'node:fs';
import { startRun } from '../batchai.js';
import { type Arrival, BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Bench, Measurement, Point } from '../point.js';
import { perMsFrom } from '../statistics.js';
import { percent, seconds, whole } from '../tables.js';

/** About two minutes of the limit. */
const ROWS = 4_500;
const HIDDEN_CALLS_PER_SECOND = 40;
const LATENCY_MS = 200;
const MINUTE_MS = 60_000;

/** Within 10 % of the limit for this long: it is found. */
const NEAR = 0.9;
const FOUND_FOR_MS = 10_000;

/** A limit that the service states nowhere is found, and kept near without hitting it often. */
export const autoRate: Point = {
  title: `\`--rate-limit auto --concurrency auto\`, a hidden limit of ${HIDDEN_CALLS_PER_SECOND}/s, answers after ${LATENCY_MS} ms`,

  async measure({ workspace, sizes }: Bench): Promise<Measurement> {
    const rows = sizes[0] ?? ROWS;
    const input = workspace.path('auto-rate.csv');
    const latenciesFile = workspace.path('latencies.json');
    writeRows(input, rows);
    writeFileSync(latenciesFile, JSON.stringify(Array(rows).fill(LATENCY_MS)));
    const server = await BenchServer.timed(workspace, latenciesFile, HIDDEN_CALLS_PER_SECOND);
    await startRun(workspace, {
      input,
      output: workspace.path('auto-rate-out.csv'),
      url: server.url,
      concurrency: 'auto',
      rateLimit: 'auto',
    }).usage;
    const arrivals = await server.takeArrivals();
    await server.stop();
    workspace.removeOutput('auto-rate-out.csv');

    const firstAt = arrivals[0]?.at ?? Number.NaN;
    const taken = arrivals.filter(({ isRefused }) => !isRefused);
    const foundAfterMs = timeUntilFoundMs(taken) - firstAt;
    const refused = (arrivals.length - taken.length) / arrivals.length;
    const perSecond =
      perMsFrom(
        taken.map(({ at }) => ({ at, amount: 1 })),
        firstAt + MINUTE_MS,
      ) * 1_000;
    const used = perSecond / HIDDEN_CALLS_PER_SECOND;
    return {
      table: {
        header: ['calls', 'refused', 'share', 'within 10 % after', 'used after the first minute'],
        rows: [
          [
            whole(arrivals.length),
            whole(arrivals.length - taken.length),
            percent(refused),
            seconds(foundAfterMs),
            percent(used),
          ],
        ],
      },
      quotes: [
        { what: 'Time until a hidden limit of 40/s is found within 10 %', figure: seconds(foundAfterMs) },
        { what: 'Share of calls that it refused', figure: percent(refused) },
        { what: 'Share of it used after the first minute', figure: percent(used) },
      ],
    };
  },
};

/** When the first stretch of time begins in which the calls taken are near the limit; NaN where none is. */
function timeUntilFoundMs(taken: readonly Arrival[]): number {
  const wanted = (NEAR * HIDDEN_CALLS_PER_SECOND * FOUND_FOR_MS) / 1_000;
  const first = taken.find(({ at }, index) => {
    const lastWanted = taken[index + wanted];
    return lastWanted !== undefined && lastWanted.at - at <= FOUND_FOR_MS;
  });
  return first?.at ?? Number.NaN;
}
