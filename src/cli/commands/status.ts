import { setTimeout as sleep } from 'node:timers/promises';
import { type ListedRun, listRuns } from '../../run/inspect/list.js';
import type { CountedRows } from '../../run/inspect/rows-to-do.js';
import { type RunStatus, readRunStatus } from '../../run/inspect/status.js';
import { SetUpError } from '../../run/settings/set-up-error.js';
import { processes, self } from '../../this-process.js';
import type { StatusFlags } from '../options/status.js';
import { print } from '../print.js';
import { describeRuns } from '../text/runs.js';
import { shellCommand } from '../text/shell.js';
import { describeStatus, statusLine } from '../text/status.js';
import { type StatusView, watchStatus } from './watch-status.js';

/** `batchai status`: how a run is, or the runs of this folder, on standard output. */
export async function statusCommand(output: string | undefined, flags: StatusFlags): Promise<void> {
  if (output !== undefined) return show(flags, runView(output, flags));
  if (flags.checkpoint !== undefined)
    throw new SetUpError('--checkpoint is of one run; name its output too: batchai status <output>');
  return show(flags, folderView());
}

function runView(output: string, { checkpoint: folder }: StatusFlags): StatusView<RunStatus> {
  const { host } = self();
  return {
    look: () => readRunStatus({ output, ...(folder === undefined ? {} : { folder }) }, world()),
    isOver: ({ state, retry }) => state !== 'running' && retry?.state !== 'running',
    text: (status) => describeStatus(status, host),
    line: statusLine,
    json: jsonOf,
  };
}

function folderView(): StatusView<readonly ListedRun[]> {
  return {
    look: () => listRuns('.', world()),
    isOver: (runs) => !runs.some((run) => 'state' in run && run.state === 'running'),
    text: describeRuns,
    line: (runs) => runs.map((run) => ('problem' in run ? run.problem : statusLine(run))).join('\n'),
    json: (runs) => ({ runs: runs.map((run) => ('problem' in run ? run : jsonOf(run))) }),
  };
}

const counted: CountedRows = new Map();

function world() {
  return { processes, wallNow: () => Date.now(), counted };
}

/** The commands as one text each, ready to be typed. */
function jsonOf({ next, ...status }: RunStatus): object {
  return { ...status, next: next.map(({ what, words }) => ({ what, command: shellCommand(words) })) };
}

async function show<T>(flags: StatusFlags, view: StatusView<T>): Promise<void> {
  const { stdout } = process;
  if (!flags.watch) {
    const status = await view.look();
    print(flags.json ? `${JSON.stringify(view.json(status))}\n` : view.text(status));
    return;
  }
  const end = new AbortController();
  const stop = () => end.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Whoever read it has seen enough.
  stdout.once('error', stop);
  try {
    await watchStatus(view, {
      form: flags.json ? 'json' : stdout.isTTY ? 'screen' : 'lines',
      write: (text) => void stdout.write(text),
      size: () => ({ columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 }),
      wait: (ms) => sleep(ms, undefined, { signal: end.signal }).catch(() => {}),
      isEnded: () => end.signal.aborted,
    });
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    stdout.off('error', stop);
  }
}
