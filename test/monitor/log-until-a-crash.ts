import { systemClock } from '../../src/limits/clock.js';
import { openRunLog } from '../../src/monitor/run-log.js';
import { failed } from './some-results.js';

/** Logs a thousand failures, and crashes before any of them can have been written. */
const [path = ''] = process.argv.slice(2);
const log = await openRunLog({ path, clock: systemClock, note: () => {} });
for (let row = 1; row <= 1_000; row++) log.rowFinished(failed(row));
throw new Error('a crash');
