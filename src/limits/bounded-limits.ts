import type { LimitsByKind, ServiceLimits } from '../fabric/limit-headers.js';

/** A service may hold us up for no longer, whatever it says, in ms: 15 minutes. */
export const MAX_SERVER_WAIT_MS = 15 * 60_000;

/** A service is not believed that wants to hold us up for longer than it may. */
export function bounded(limits: LimitsByKind): LimitsByKind {
  const kinds = Object.entries(limits).map(([kind, { remaining, resetMs }]: [string, ServiceLimits]) => [
    kind,
    { remaining, resetMs: Math.min(resetMs, MAX_SERVER_WAIT_MS) },
  ]);
  return Object.fromEntries(kinds);
}
