import { seededRandom } from '../support/seeded-random.js';

const MEDIAN_MS = 200;
const P99_MS = 2_000;
/** 99 % of a normal distribution lie below this many standard deviations. */
const Z99 = 2.326_348;
const SIGMA = Math.log(P99_MS / MEDIAN_MS) / Z99;

/** Lognormal, as the latencies of language models are: most answers come soon, and some take ten times as long. */
export function heavyTailedLatencies(rows: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => Math.round(MEDIAN_MS * Math.exp(SIGMA * standardNormal(random))));
}

/** When the last of them ends, if each starts as soon as one of the slots is free: no order-keeping run can beat it. */
export function listSchedulingMs(latenciesMs: readonly number[], slots: number): number {
  const freeAt = Array<number>(slots).fill(0);
  for (const latencyMs of latenciesMs) {
    const soonest = Math.min(...freeAt);
    freeAt[freeAt.indexOf(soonest)] = soonest + latencyMs;
  }
  return Math.max(...freeAt);
}

/**
 * The same for rows of which some move up: each to another fabric with as many slots of its own, in the order in which
 * they are ready.
 */
export function tieredSchedulingMs(
  firstMs: readonly number[],
  secondMs: readonly number[],
  movesUp: (index: number) => boolean,
  slots: number,
): number {
  const freeAt = Array<number>(slots).fill(0);
  const ready: { readonly at: number; readonly latencyMs: number }[] = [];
  for (const [index, latencyMs] of firstMs.entries()) {
    const at = Math.min(...freeAt) + latencyMs;
    freeAt[freeAt.indexOf(at - latencyMs)] = at;
    if (movesUp(index)) ready.push({ at, latencyMs: secondMs[index] ?? 0 });
  }
  const upperFreeAt = Array<number>(slots).fill(0);
  for (const { at, latencyMs } of ready.sort((a, b) => a.at - b.at)) {
    const soonest = Math.min(...upperFreeAt);
    upperFreeAt[upperFreeAt.indexOf(soonest)] = Math.max(soonest, at) + latencyMs;
  }
  return Math.max(...freeAt, ...upperFreeAt);
}

/** Box-Muller. */
function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
