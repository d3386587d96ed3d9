import type { FabricCall } from '../fabric.js';

/**
 * What tells a gateway that keeps answers that a request is one it has had before. It is the same for every attempt, in
 * every part of a resumed run, as long as no answer came whole: then what was on its way may still be had. An
 * answer that came, and was no good, would come again for ever; what is asked for next is another.
 */
export function idempotencyKey(runId: string, { row, variant = '', refusals = 0 }: FabricCall): string {
  const key = `${runId}-${row}${variant}`;
  return refusals === 0 ? key : `${key}-after${refusals}`;
}
