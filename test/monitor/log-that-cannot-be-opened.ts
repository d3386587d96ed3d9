import { systemClock } from '../../src/limits/clock.js';
import { openRunLog } from '../../src/monitor/run-log.js';

/** Hears that a log cannot be opened, says so, and ends. */
const [, , path = ''] = process.argv;
await openRunLog({ path, clock: systemClock, note: () => {} }).catch((error: Error) => {
  console.log(error.message);
});
