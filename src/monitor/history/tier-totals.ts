/** What the rows that a tier answered, or failed in, have cost. */
export type TierTotals = {
  answered: number;
  /** Of these, those that took no call: the answer was there already. */
  reused: number;
  failed: number;
  calls: number;
  latencySumMs: number;
  tokensIn: number;
  /** Of `tokensIn`, those that the service had in its cache. */
  tokensCached: number;
  tokensOut: number;
  /** US dollars. */
  cost: number;
  /** Calls whose price nobody knows. */
  unpriced: number;
};

export function noTotals(): TierTotals {
  return {
    answered: 0,
    reused: 0,
    failed: 0,
    calls: 0,
    latencySumMs: 0,
    tokensIn: 0,
    tokensCached: 0,
    tokensOut: 0,
    cost: 0,
    unpriced: 0,
  };
}
