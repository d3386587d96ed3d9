const FACTOR = Number(process.env.BATCHAI_RUNS ?? 1);

/**
 * How often a property is tried, or a thing done that chance has a part in.
 *
 * `BATCHAI_RUNS=20 npx vitest run …` tries each twenty times as often.
 */
export function runs(usually: number): number {
  return Math.ceil(usually * FACTOR);
}
