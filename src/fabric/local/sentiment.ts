import type { LocalProgram } from './local-program.js';

/**
 * Gives `{ label, score }`: the score from -1 to 1 in two decimals, the label that goes with it.
 * Empty text is neutral, 0.
 */
export const sentiment: LocalProgram = {
  annotations: ['sbd', 'negation', 'sentiment'],
  answer(text, model) {
    const raw = model.read(text, ({ sentiment }) => sentiment);
    const score = inTwoDecimals(raw);
    return { label: labelOf(score), score };
  },
};

/** Below this a text says nothing for or against: one weak word among several plain sentences stays under it. */
const NEUTRAL_BELOW = 0.1;

function labelOf(score: number): 'positive' | 'neutral' | 'negative' {
  if (Math.abs(score) < NEUTRAL_BELOW) return 'neutral';
  return score > 0 ? 'positive' : 'negative';
}

function inTwoDecimals(raw: number): number {
  const rounded = Math.round(Math.max(-1, Math.min(1, raw)) * 100) / 100;
  return rounded === 0 ? 0 : rounded; // not -0
}
