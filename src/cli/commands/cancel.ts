import { cancelBatches } from '../../run/batch-api/cancel-batches.js';
import { RunStop } from '../../run/control/stop.js';
import { commandOf, shellCommand } from '../../run/settings/shell-command.js';
import { counted } from '../../wording/wording.js';
import { exitCodeOfStop } from '../exit-code-of.js';
import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import type { CancelFlags } from '../options/cancel.js';
import { say } from '../print.js';
import { EXIT_CODE_OF_SIGNAL, onEndSignals } from '../signals.js';
import { describeBatchApiNews } from '../text/batch-api-news.js';

/** `batchai cancel`: cancels the batches of a run that are out, and keeps the results that they have. */
export async function cancelCommand(
  output: string,
  { checkpoint }: CancelFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const note = (text: string) => say(io, text);
  const stop = new RunStop();
  const releaseSignals = onEndSignals(io, {
    first: (signal) => {
      note('leaving: batches that were cancelled end all the same (press Ctrl-C again to leave at once)');
      stop.request({ kind: 'interrupted', signal });
    },
    again: (signal) => io.leaveAtOnce(EXIT_CODE_OF_SIGNAL[signal]),
  });
  try {
    const { batches, results, left } = await cancelBatches(
      { output, ...(checkpoint === undefined ? {} : { folder: checkpoint }) },
      {
        ...{ clock: io.clock, random: io.random, timings: io.timings, processes: io.processes },
        ...{ environment: io.env, signal: stop.signal },
        news: (news) => note(describeBatchApiNews(news)),
      },
    );
    if (batches + left === 0) {
      note('nothing to cancel: no batch of this run is out');
      return 0;
    }
    note(
      `cancelled ${counted(batches, 'batch', 'batches')}; ${counted(results, 'result')} they had brought are kept${left === 0 ? '' : `, ${counted(left, 'batch is', 'batches are')} about to end`}`,
    );
    const goOn = commandOf('resume', { output, folder: checkpoint });
    note(
      `go on: ${shellCommand([...goOn, '--live-after', '1s'], 'calls the rest live, and without that option sends it again')}`,
    );
    return stop.reason === undefined ? 4 : exitCodeOfStop(stop.reason);
  } finally {
    releaseSignals();
  }
}
