import type { FabricCall } from '../fabric.js';

/**
 * The Idempotency-Key of a call, by which gateways that keep answers recognise a repeated request. All attempts share it,
 * also across resumes, until a whole answer arrives: an answer that was lost on its way can still be fetched. After an
 * answer that was rejected the key changes, since the old key would bring the same answer for ever.
 */
export function idempotencyKey(runId: string, { row, variant = '', refusals = 0 }: FabricCall): string {
  const key = `${runId}-${row}${variant}`;
  return refusals === 0 ? key : `${key}-after${refusals}`;
}
