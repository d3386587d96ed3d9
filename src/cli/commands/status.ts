import { type ListedRun, listRuns } from '../../run/inspect/list.js';
import type { CountedRows } from '../../run/inspect/rows-to-do.js';
import { type RunStatus, readRunStatus } from '../../run/inspect/status.js';
import { SetUpError } from '../../run/settings/set-up-error.js';
import { shellCommand } from '../../run/settings/shell-command.js';
import type { ExitCode } from '../exit-codes.js';
import type { CliIo, CommandContext } from '../io.js';
import type { StatusFlags } from '../options/status.js';
import { describeRuns } from '../text/runs.js';
import { describeStatus, statusLine } from '../text/status.js';
import { showStatus } from './show-status.js';
import type { StatusView } from './watch-status.js';

/** `batchai status`: how a run is, or the runs of this folder, on standard output. */
export async function statusCommand(
  output: string | undefined,
  flags: StatusFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  if (output !== undefined) return showStatus(io, flags, runView(io, output, flags));
  if (flags.checkpoint !== undefined)
    throw new SetUpError('--checkpoint is of one run; name its output too: batchai status <output>');
  return showStatus(io, flags, folderView(io));
}

function runView(io: CliIo, output: string, { checkpoint: folder }: StatusFlags): StatusView<RunStatus> {
  const context = statusContext(io);
  return {
    look: () => readRunStatus({ output, ...(folder === undefined ? {} : { folder }) }, context),
    isOver: ({ state, retry }) => state !== 'running' && retry?.state !== 'running',
    text: (status) => describeStatus(status, io.self.host),
    line: statusLine,
    json: jsonOf,
  };
}

function folderView(io: CliIo): StatusView<readonly ListedRun[]> {
  const context = statusContext(io);
  return {
    look: () => listRuns('.', context),
    isOver: (runs) => !runs.some((run) => 'state' in run && run.state === 'running'),
    text: describeRuns,
    line: (runs) => runs.map((run) => ('problem' in run ? run.problem : statusLine(run))).join('\n'),
    json: (runs) => ({ runs: runs.map((run) => ('problem' in run ? run : jsonOf(run))) }),
  };
}

/** Keeps the row counts of inputs between looks. */
function statusContext({ processes, clock }: CliIo) {
  const counted: CountedRows = new Map();
  return { processes, wallNow: () => clock.wallNow(), counted };
}

/** The commands as one text each, ready to be typed. */
function jsonOf({ next, ...status }: RunStatus): object {
  return {
    ...status,
    next: next.map(({ what, words, comment }) => ({ what, command: shellCommand(words, comment) })),
  };
}
