import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { WorkerPagesSettings } from '../../monitor/worker-pages.js';
import { runWorker, type WorkerContext } from '../../run/queue/worker.js';
import { parseCount, parseDuration, parseName } from '../../run/settings/option-parsers.js';
import { SetUpError } from '../../run/settings/set-up-error.js';
import { counted, formatCount } from '../../wording/wording.js';
import type { ExitCode } from '../exit-codes.js';
import type { CliIo, CommandContext } from '../io.js';
import type { WorkerFlags } from '../options/worker.js';
import { printAside } from '../print.js';
import { onEndSignals, stoppingNote } from '../signals.js';
import { describeQueueNews } from '../text/news.js';
import { parseAddress } from '../watch-parsers.js';
import { queueAddress } from './queue/address.js';

/** `batchai worker`: serves the runs of a queue until a signal stops it. */
export async function workerCommand(flags: WorkerFlags, { io }: CommandContext): Promise<ExitCode> {
  const note = flags.quiet ? () => {} : (text: string) => printAside(io, `batchai: ${text}\n`);
  const queue = queueAddress(flags, io.env);
  const concurrency = parseCount('--concurrency', flags.concurrency ?? 10);
  const name = parseName('--name', flags.name ?? io.self.host);
  const graceMs = flags.grace === undefined ? io.timings.graceMs : parseDuration('--grace', flags.grace);
  const stop = new AbortController();
  const releaseSignals = stopOnceOnSignals(io, stop, graceMs, note);
  let lines: NodeJS.Timeout | undefined;
  const started: WorkerContext['started'] = (worker, places) => {
    note(`worker ${name} at ${queue.shownUrl}, ${counted(concurrency, 'call')} in flight at most`);
    for (const place of places) note(place);
    lines = setInterval(() => {
      const { runs, rowsPerSecond, inFlight } = worker;
      if (runs.length > 0)
        note(`${counted(runs.length, 'run')}, ${formatCount(rowsPerSecond)} rows/s, ${inFlight} in flight`);
    }, io.timings.workerLineMs);
  };
  try {
    await runWorker(
      {
        queue,
        name,
        concurrency,
        environment: io.env,
        scoreModules: scoreModulesOf(flags),
        pages: pagesOf(flags),
        graceMs,
      },
      {
        clock: io.clock,
        random: io.random,
        self: io.self,
        timings: io.timings,
        news: (news) => {
          // Every run drains at its end; `leaves` reports that end.
          if (news.kind !== 'drains') note(describeQueueNews(news));
        },
        started,
      },
      stop.signal,
    );
    note('stopped; what was not finished was handed back');
    return 0;
  } finally {
    clearInterval(lines);
    releaseSignals();
  }
}

function pagesOf({ healthPort, metricsPort }: WorkerFlags): WorkerPagesSettings {
  return {
    healthAddress: healthPort === undefined ? undefined : parseAddress('--health-port', healthPort),
    metricsAddress: metricsPort === undefined ? undefined : parseAddress('--metrics-port', metricsPort),
  };
}

/** @throws SetUpError where a module cannot be read: the worker would leave every run that needs it. */
function scoreModulesOf({ scoreModule = [] }: WorkerFlags): string[] {
  const paths = scoreModule.map((path) => resolve(path));
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) throw new SetUpError(`--score-module: there is no ${missing}`);
  return paths;
}

/** A worker that is stopped has done its work: it exits with 0. A second signal leaves at once. */
function stopOnceOnSignals(
  io: CliIo,
  stop: AbortController,
  graceMs: number,
  note: (text: string) => void,
): () => void {
  return onEndSignals(io, {
    first: () => {
      note(stoppingNote(graceMs));
      stop.abort();
    },
    again: () => io.leaveAtOnce(0),
  });
}
