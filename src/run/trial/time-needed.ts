import type { FabricCalls } from '../plan/call-plan.js';
import { mostInFlight } from '../plan/limits.js';

/** Calls and tokens to get through the limits of one fabric. */
export interface Load {
  readonly calls: number;
  /** Prompts and answers together. */
  readonly tokens: number;
  /** Of a call, in ms; undefined where it is unknown. */
  readonly latencyMs: number | undefined;
}

/** How long it takes, in ms, and which limit makes it so. */
export interface TimeNeeded {
  readonly ms: number;
  readonly by: 'rate' | 'tokens' | 'concurrency' | 'nothing';
}

/** The time at the limits of a fabric: the strictest of them counts. At least that much where the latency is not known. */
export function timeNeeded(
  { fabric, rate, tokensPerMinute, concurrency }: FabricCalls,
  { calls, tokens, latencyMs = 0 }: Load,
): TimeNeeded {
  if (calls <= 0) return { ms: 0, by: 'nothing' };
  const spacingMs = typeof rate === 'string' ? 0 : rate.perMs / rate.calls;
  // Calls in this process run one at a time.
  const atOnce = fabric.kind === 'local' ? 1 : mostInFlight({ concurrency });
  // At the end, places wait for the last calls: for half a call, as a rule.
  const rounds = calls / atOnce + (1 - 1 / atOnce) / 2;
  const times: TimeNeeded[] = [
    { ms: spacingMs === 0 ? 0 : Math.max(0, calls - 1) * spacingMs + latencyMs, by: 'rate' },
    { ms: tokensPerMinute === undefined ? 0 : (tokens / tokensPerMinute) * 60_000, by: 'tokens' },
    { ms: Math.max(latencyMs, rounds * latencyMs), by: 'concurrency' },
  ];
  const longest = times.reduce((a, b) => (b.ms > a.ms ? b : a));
  return longest.ms === 0 ? { ms: 0, by: 'nothing' } : longest;
}
