import { open, stat } from 'node:fs/promises';
import { SetUpError } from '../settings/set-up-error.js';
import { checkPlacesApart, type Place } from './places.js';

/** What watching a run writes. */
export interface WatchFiles {
  readonly log?: string | undefined;
  readonly metricsFile?: string | undefined;
}

/** Each of batchai's metrics has a line like it before its values. */
const METRICS_HEAD = /^# HELP batchai_/m;

/**
 * Refuses a log or metrics file that the command uses otherwise, and a metrics file that would replace something other
 * than metrics.
 *
 * @throws SetUpError
 */
export async function checkWatchPlaces(
  { log, metricsFile }: WatchFiles,
  places: readonly Place[],
): Promise<void> {
  const own: Place[] = [];
  if (log !== undefined) own.push({ what: '--log', path: log, use: 'written' });
  if (metricsFile !== undefined) own.push({ what: '--metrics-file', path: metricsFile, use: 'written' });
  if (own.length === 0) return;
  await checkPlacesApart([...places, ...own]);
  if (metricsFile !== undefined) await checkMetricsFile(metricsFile);
}

async function checkMetricsFile(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) return;
  if (!there.isFile()) throw new SetUpError(`--metrics-file: ${path} is not a plain file; give another name`);
  if (there.size > 0 && !METRICS_HEAD.test(await headOf(path)))
    throw new SetUpError(
      `--metrics-file: ${path} exists already and holds no metrics of batchai; give another name`,
    );
}

async function headOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(2_000), position: 0 });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
