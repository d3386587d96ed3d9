import { writeSync } from 'node:fs';
import { systemClock } from '../../src/limits/clock.js';
import { openRunLog } from '../../src/monitor/run-log.js';
import { failed } from './some-results.js';

/** Logs to a disk that is full, and ends without closing the log, as a crash does. */
const notes: string[] = [];
await new Promise<void>((resolve) => {
  const note = (message: string) => {
    notes.push(message);
    resolve();
  };
  void openRunLog({ path: '/dev/full', clock: systemClock, note }).then((log) => {
    for (let row = 1; row <= 100; row++) log.rowFinished(failed(row));
    setImmediate(() => log.rowFinished(failed(101)));
  });
});
writeSync(1, JSON.stringify(notes));
