import { EXTRA_RANK, type ProgressFact } from './progress-facts.js';

/** Made of characters that every Windows console can show. */
const BETWEEN = ' │ ';

/**
 * Joins facts into one line shorter than `columns`, so that no terminal wraps it: in full, else without extras,
 * else with the short forms, else without the facts of highest rank.
 */
export function fitLine(facts: readonly ProgressFact[], columns: number): string {
  const full = joined(facts.map(({ text }) => text));
  if (full.length < columns) return full;
  const left = facts.filter(({ rank }) => rank < EXTRA_RANK);
  const usual = joined(left.map(({ text }) => text));
  if (usual.length < columns) return usual;
  for (;;) {
    const line = joined(left.map(({ text, short = text }) => short));
    if (line.length < columns) return line;
    if (left.length === 1) return line.slice(0, Math.max(0, columns - 1));
    left.splice(left.indexOf(leastOf(left)), 1);
  }
}

function leastOf(facts: readonly ProgressFact[]): ProgressFact {
  return facts.reduce((least, fact) => (fact.rank > least.rank ? fact : least));
}

function joined(texts: readonly string[]): string {
  return texts.join(BETWEEN);
}
