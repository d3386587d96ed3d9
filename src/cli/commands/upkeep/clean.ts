import { SetUpError } from '../../../run/settings/set-up-error.js';
import {
  type FoundCheckpoints,
  findOldCheckpoints,
  type KeptCheckpoint,
  type OldCheckpoint,
  removeCheckpoint,
  type UpkeepContext,
} from '../../../run/upkeep/old-checkpoints.js';
import { counted, formatBytes, formatCount } from '../../../wording/wording.js';
import { canAsk, openQuestions, QuestionCancelledError } from '../../ask.js';
import type { ExitCode } from '../../exit-codes.js';
import type { CliIo, CommandContext } from '../../io.js';
import { type CleanFlags, oldEnough } from '../../options/upkeep/clean.js';
import { print, printAside, say } from '../../print.js';

/** `batchai clean`: removes the checkpoints of runs that were finished long ago. */
export async function cleanCommand(
  folder: string,
  flags: CleanFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const context = { processes: io.processes, wallNow: () => io.clock.wallNow() };
  const found = await findOldCheckpoints(folder, oldEnough(flags), context);
  if (!flags.json) printAside(io, describeFound(found, folder));
  if (found.old.length > 0 && !flags.dryRun) {
    const answer = flags.yes ? 'remove' : await ask(io, found.old);
    if (answer !== 'remove') {
      say(io, 'nothing was removed');
      return answer === 'keep' ? 0 : 130;
    }
  }
  const removed = flags.dryRun ? [] : await removeAll(found.old, context);
  if (flags.json) print(io, `${JSON.stringify(jsonOf(found, removed, flags.dryRun ?? false))}\n`);
  else if (removed.length > 0)
    say(io, `removed ${counted(removed.length, 'checkpoint')}, ${formatBytes(bytesOf(removed))} freed`);
  return 0;
}

async function ask(io: CliIo, old: readonly OldCheckpoint[]): Promise<'remove' | 'keep' | 'cancelled'> {
  if (!canAsk(io))
    throw new SetUpError(
      'nothing was removed: there is no terminal to ask at; add --yes, or --dry-run to look only',
    );
  const questions = await openQuestions(io);
  const choices = [
    { value: 'keep', label: 'keep' },
    { value: 'remove', label: 'remove' },
  ] as const;
  const question = `Remove ${counted(old.length, 'checkpoint')}?`;
  try {
    return await questions.choose<'keep' | 'remove'>({ question, choices, usual: 'keep' });
  } catch (error) {
    if (error instanceof QuestionCancelledError) return 'cancelled';
    throw error;
  }
}

/** What another process has taken up meanwhile stays. */
async function removeAll(old: readonly OldCheckpoint[], context: UpkeepContext): Promise<OldCheckpoint[]> {
  const removed: OldCheckpoint[] = [];
  for (const one of old) if ((await removeCheckpoint(one, context)) === 'removed') removed.push(one);
  return removed;
}

function describeFound({ old, kept }: FoundCheckpoints, folder: string): string {
  if (old.length + kept.length === 0) return `batchai: there is no checkpoint in ${folder}\n`;
  const lines = old.map(
    ({ checkpoint, savedAt, bytes }) =>
      `  ${checkpoint}  finished ${savedAt.slice(0, 10)}, ${formatBytes(bytes)}\n`,
  );
  const head =
    old.length === 0
      ? 'batchai: no checkpoint is to be removed\n'
      : `batchai: ${counted(old.length, 'checkpoint')} of finished runs, ${formatBytes(bytesOf(old))}:\n`;
  return head + lines.join('') + describeKept(kept);
}

/** `batchai: 3 stay: 2 newer, 1 with failed rows (batchai retry, or --all)` */
function describeKept(kept: readonly KeptCheckpoint[]): string {
  if (kept.length === 0) return '';
  const parts = Object.entries(REASONS).flatMap(([reason, words]) => {
    const count = kept.filter((one) => one.reason === reason).length;
    return count === 0 ? [] : `${formatCount(count)} ${words}`;
  });
  return `batchai: ${formatCount(kept.length)} ${kept.length === 1 ? 'stays' : 'stay'}: ${parts.join(', ')}\n`;
}

const REASONS: Readonly<Record<KeptCheckpoint['reason'], string>> = {
  running: 'running',
  unfinished: 'unfinished',
  'retry unfinished': 'with an unfinished retry',
  'batches out': 'with batches at a batch API',
  unreadable: 'unreadable',
  newer: 'newer than --older-than',
  'failed rows': 'with failed rows that can be retried (or --all)',
  'output gone': 'without its output, which --resume would pay again for (or --all)',
};

function jsonOf({ old, kept }: FoundCheckpoints, removed: readonly OldCheckpoint[], dryRun: boolean) {
  return { dryRun, old, removed: removed.length, freedBytes: bytesOf(removed), kept };
}

function bytesOf(checkpoints: readonly OldCheckpoint[]): number {
  return checkpoints.reduce((sum, { bytes }) => sum + bytes, 0);
}
