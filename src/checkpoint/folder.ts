import { join } from 'node:path';

/** What a checkpoint's folder is called, behind the name of its output, unless `--checkpoint` says otherwise. */
export const CHECKPOINT_SUFFIX = '.checkpoint';

/** The folder of an output's checkpoint: the one that was asked for, or the usual one beside the output. */
export function checkpointFolder(output: string, asked?: string): string {
  return asked ?? `${output}${CHECKPOINT_SUFFIX}`;
}

/** The file of an output's failed rows, unless `--dead-letters` says otherwise. */
export function usualDeadLetters(output: string): string {
  return `${output}.dead-letters.jsonl`;
}

/** The file that says how far a run is. */
export function checkpointFile(folder: string): string {
  return join(folder, 'checkpoint.json');
}

/** The output of a run that is not finished. */
export function partialOutput(folder: string): string {
  return join(folder, 'output.partial');
}

/** A copy of the published output that becomes the partial one when it is whole. */
export function copiedOutput(folder: string): string {
  return join(folder, 'output.partial.copy');
}

/** The partial output with columns that a later row brought, before it takes its place. */
export function widenedOutput(folder: string): string {
  return join(folder, 'output.widened');
}

/** The checkpoint of a retry of the run's failed rows. */
export function retryFolder(folder: string): string {
  return join(folder, 'retry');
}

/** What a run has sent to a batch API. */
export function shardsFolder(folder: string): string {
  return join(folder, 'shards');
}

/** True for the name of a file or folder that a run or a retry keeps in its checkpoint's folder. */
export function isOwnFile(name: string): boolean {
  return OWN_NAMES.test(name);
}

const OWN_NAMES =
  /^(lock(\.\d+)?|(checkpoint|history)\.json(\.new)?|output\.(partial(\.copy)?|widened)|(journal|answers)-\d{6,}\.jsonl|retry|shards)$/;
