/** The command line with short waits, as a program of its own, which a test may kill. */
import { Readable } from 'node:stream';
import { main } from '../../src/cli/main.js';
import { CLI_TIMINGS } from '../../src/cli/timings.js';
import { systemClock } from '../../src/limits/clock.js';
import { killGroup, processes, self } from '../../src/this-process.js';
import { HURRIED_BATCH_API } from './hurried-batch-api.js';

process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  stdin: Readable.from([]),
  stdout: process.stdout,
  stderr: process.stderr,
  colours: { stdout: false, stderr: false },
  signals: process,
  ignoresHangups: false,
  clock: systemClock,
  random: Math.random,
  timings: { ...CLI_TIMINGS, batchApi: HURRIED_BATCH_API },
  processes,
  self: self(),
  killGroup,
  leaveAtOnce: (code) => process.exit(code),
});
