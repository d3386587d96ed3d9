import { setTimeout as sleep } from 'node:timers/promises';
import { type RunSettings, startRun } from '../batchai.js';
import type { BenchServer } from '../bench-server.js';
import type { MeasuredProcess, Usage } from '../measured-process.js';
import type { Workspace } from '../workspace.js';

export interface KillAndResume {
  readonly workspace: Workspace;
  readonly server: BenchServer;
  readonly settings: RunSettings;
  readonly rows: number;
  /** Share of the rows after which the process is killed. */
  readonly killAt: number;
  /** How often `onMark` hears of the calls made, before the kill. */
  readonly markEvery: number;
  readonly onMark?: (calls: number, run: MeasuredProcess) => void;
}

export interface Resumed {
  /** From the start of the process to its first call: of a run that begins, and of the resume. */
  readonly startMs: { readonly first: number; readonly resumed: number };
  readonly callsTwice: number;
  /** Of the process that went on. */
  readonly usage: Usage;
  readonly rowsLeft: number;
}

/** Runs a file, kills the process with SIGKILL and goes on to the end. */
export async function killAndResume(options: KillAndResume): Promise<Resumed> {
  const { workspace, server, settings, rows, killAt, markEvery, onMark } = options;
  const firstEver = server.next('first-call');
  firstEver.catch(() => {}); // where the run never comes to a call, that is what is told
  const killed = startRun(workspace, settings, { alsoEndsWith: 3 });
  await new Promise<void>((resolve, reject) => {
    server.onEvery(markEvery, (calls) => {
      if (killed.child.exitCode !== null || killed.child.killed) return;
      onMark?.(calls, killed);
      if (calls < rows * killAt) return;
      killed.child.kill('SIGKILL');
      resolve();
    });
    killed.usage.then(() => reject(new Error('the run ended before its kill')), reject);
  });
  await killed.usage.catch(() => undefined);
  await sleep(200); // what the dead process had sent is still to be read by the server
  const callsBefore = await server.takeCalls();

  const firstCall = server.next('first-call');
  const resumed = startRun(workspace, { ...settings, resume: true }, { alsoEndsWith: 3 });
  const { at } = await Promise.race([firstCall, resumed.usage.then(() => firstCall)]);
  const usage = await resumed.usage;
  return {
    startMs: { first: (await firstEver).at - killed.startedAt, resumed: at - resumed.startedAt },
    callsTwice: callsBefore + (await server.takeCalls()) - rows,
    usage,
    rowsLeft: rows - callsBefore,
  };
}
