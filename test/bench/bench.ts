// npm run bench [-- point ...] [rows ...] [--full]
//
// Measures whole processes of the built program and prints a table a point, and last the table that docs/benchmarks.md quotes.
// Nothing here passes or fails by a time: figures are to be read, on a machine that does nothing else meanwhile.
import { cpus } from 'node:os';
import { pinning } from './cores.js';
import type { Bench, Point, Quote } from './point.js';
import { attachments } from './points/attachments.js';
import { autoRate } from './points/auto-rate.js';
import { batchApi } from './points/batch-api.js';
import { checkpoint } from './points/checkpoint.js';
import { help } from './points/help.js';
import { hiddenLimit } from './points/hidden-limit.js';
import { local } from './points/local.js';
import { makespan } from './points/makespan.js';
import { memory } from './points/memory.js';
import { models } from './points/models.js';
import { peers } from './points/peers.js';
import { queue } from './points/queue.js';
import { queueFiles } from './points/queue-files.js';
import { queueLimit } from './points/queue-limit.js';
import { queueMemory } from './points/queue-memory.js';
import { rateLimit } from './points/rate-limit.js';
import { refusals } from './points/refusals.js';
import { resume } from './points/resume.js';
import { scale } from './points/scale.js';
import { steps } from './points/steps.js';
import { throughput } from './points/throughput.js';
import { tiers } from './points/tiers.js';
import { tokenLimit } from './points/token-limit.js';
import { watching } from './points/watching.js';
import { markdownTable } from './tables.js';
import { Workspace } from './workspace.js';

const POINTS = new Map<string, Point>([
  ['throughput', throughput],
  ['peers', peers],
  ['models', models],
  ['watching', watching],
  ['makespan', makespan],
  ['tiers', tiers],
  ['steps', steps],
  ['batch-api', batchApi],
  ['memory', memory],
  ['attachments', attachments],
  ['checkpoint', checkpoint],
  ['resume', resume],
  ['rate-limit', rateLimit],
  ['token-limit', tokenLimit],
  ['auto-rate', autoRate],
  ['refusals', refusals],
  ['hidden-limit', hiddenLimit],
  ['queue', queue],
  ['queue-memory', queueMemory],
  ['queue-files', queueFiles],
  ['queue-limit', queueLimit],
  ['help', help],
  ['local', local],
]);

/** Takes half an hour: only where it is asked for. */
const LONG_POINTS = new Map<string, Point>([['scale', scale]]);

const { points, sizes, full } = parseArguments(process.argv.slice(2));
const workspace = new Workspace();
process.once('exit', () => workspace.remove());
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

await measureAll(points, { workspace, sizes, full });

async function measureAll(toMeasure: readonly Point[], bench: Bench): Promise<void> {
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}; ${pinning}.`,
  );
  const quotes: Quote[] = [];
  for (const point of toMeasure) {
    console.log(`\n## ${point.title}\n`);
    try {
      const measurement = await point.measure(bench);
      console.log(markdownTable(measurement.table));
      quotes.push(...measurement.quotes);
    } catch (error) {
      // The others can still be measured.
      console.log(`not measured: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    } finally {
      bench.workspace.endProcesses(); // those of a point that failed
    }
  }
  console.log('\n## For docs/benchmarks.md\n');
  console.log(
    markdownTable({
      header: ['Measured', 'Figure'],
      rows: quotes.map(({ what, figure }) => [what, figure]),
    }),
  );
}

/** Names of points, numbers of rows, and `--full`, in any order. */
function parseArguments(args: readonly string[]) {
  const named: Point[] = [];
  const rows: number[] = [];
  for (const arg of args) {
    const point = POINTS.get(arg) ?? LONG_POINTS.get(arg);
    if (point) named.push(point);
    else if (/^\d+$/.test(arg)) rows.push(Number(arg));
    else if (arg !== '--full') {
      console.error(
        `bench: expected a point (${[...POINTS.keys(), ...LONG_POINTS.keys()].join(', ')}), a number of rows or --full, got '${arg}'`,
      );
      process.exit(2);
    }
  }
  return {
    points: named.length > 0 ? named : [...POINTS.values()],
    sizes: rows,
    full: args.includes('--full'),
  };
}
