import { setTimeout as sleep } from 'node:timers/promises';
import { startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import { writeRows } from '../generate-rows.js';
import type { Bench, Measurement, Point } from '../point.js';
import { millis, whole } from '../tables.js';

const USUAL_SIZE = 1_000_000;
const SHARE_DONE = 0.9;

/** How soon a killed run is at work again: the finished part is not to be read a second time. */
export const resume: Point = {
  title: 'Resume after kill -9 at 90 % of the rows, zero latency',

  async measure({ workspace, sizes }: Bench): Promise<Measurement> {
    const size = sizes[0] ?? USUAL_SIZE;
    const input = workspace.path(`rows-${size}.csv`);
    writeRows(input, size);
    const server = await BenchServer.zeroLatency(workspace, { announceAt: size * SHARE_DONE });
    const settings = { input, output: workspace.path('resume-out.csv'), url: server.url };

    const killed = startRun(workspace, settings);
    const tooFast = killed.usage.then(() => Promise.reject(new Error('the run ended before its kill')));
    await Promise.race([server.next('announced'), tooFast]);
    killed.child.kill('SIGKILL');
    await killed.usage.catch(() => undefined);
    await sleep(200); // what the dead process had sent is still to be read by the server
    const callsBefore = await server.takeCalls();

    const firstCall = server.next('first-call');
    const resumed = startRun(workspace, { ...settings, resume: true });
    const { at } = await Promise.race([firstCall, resumed.usage.then(() => firstCall)]);
    await resumed.usage;
    const callsAfter = await server.takeCalls();
    await server.stop();
    workspace.removeOutput('resume-out.csv');

    const firstCallMs = at - resumed.startedAt;
    return {
      table: {
        header: ['rows', 'calls before the kill', 'calls after', 'made twice', 'start to first call'],
        rows: [
          [
            whole(size),
            whole(callsBefore),
            whole(callsAfter),
            whole(callsBefore + callsAfter - size),
            millis(firstCallMs),
          ],
        ],
      },
      quotes: [
        {
          what: `From the start of \`--resume\` to the first call, ${whole(callsBefore)} of ${whole(size)} rows done`,
          figure: millis(firstCallMs),
        },
        { what: 'Calls made twice after `kill -9`', figure: whole(callsBefore + callsAfter - size) },
      ],
    };
  },
};
