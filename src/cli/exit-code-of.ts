import { BatchApiError } from '../batch-api/batch-service.js';
import { CheckpointError } from '../checkpoint/checkpoint-file.js';
import { LockHeldError } from '../checkpoint/lock.js';
import { CallError } from '../fabric/call-error.js';
import { FabricFileError } from '../fabric/file/fabric-file-error.js';
import { LlamaSetUpError } from '../fabric/llama/llama-set-up-error.js';
import { ScoreModuleError } from '../fabric/tiers/module-scorer.js';
import { ViewServerError } from '../monitor/view/view-server-error.js';
import { PagesServerError, RunLogError } from '../monitor/watch-error.js';
import { QueueError } from '../queue/protocol/queue-error.js';
import { InputError, UnreadableRowError } from '../rows/input-error.js';
import type { StopReason } from '../run/control/stop.js';
import type { RunOutcome } from '../run/outcome/run-outcome.js';
import { OptionError } from '../run/settings/option-parsers.js';
import { SetUpError } from '../run/settings/set-up-error.js';
import type { ExitCode } from './exit-codes.js';
import { EXIT_CODE_OF_SIGNAL } from './signals.js';

/** The exit code of a run that returned an outcome. */
export function exitCodeOfOutcome(outcome: RunOutcome): ExitCode {
  if (outcome.kind === 'nothing-to-do') return 0;
  if (outcome.kind === 'finished') return outcome.summary.deadLetters === null ? 0 : 3;
  return exitCodeOfStop(outcome.reason);
}

/** The exit code of a run that was stopped. */
export function exitCodeOfStop(reason: StopReason): ExitCode {
  switch (reason.kind) {
    case 'interrupted':
      return EXIT_CODE_OF_SIGNAL[reason.signal];
    case 'submitted':
      return 6;
    case 'failure':
      return 1;
    default:
      return 4;
  }
}

/** The exit code of a thrown error. No other code maps errors to exit codes. */
export function exitCodeOfError(error: unknown): ExitCode {
  if (error instanceof LockHeldError) return 5;
  // Of `cancel`: the batches are there still.
  if (error instanceof BatchApiError) return 4;
  if (error instanceof QueueError) return error.kind === 'held' ? 5 : 2;
  const isWrong =
    error instanceof SetUpError ||
    error instanceof OptionError ||
    // The client of a fabric cannot be opened.
    (error instanceof CallError && error.kind === 'misconfigured') ||
    error instanceof FabricFileError ||
    error instanceof LlamaSetUpError ||
    error instanceof ScoreModuleError ||
    error instanceof PagesServerError ||
    error instanceof RunLogError ||
    error instanceof ViewServerError ||
    error instanceof InputError ||
    error instanceof UnreadableRowError ||
    error instanceof CheckpointError;
  return isWrong ? 2 : 1;
}
