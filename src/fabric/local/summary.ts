import type { LocalProgram } from './local-program.js';
import type { TokenSpan } from './reader/reading.js';
import { sentencesOf } from './sentences.js';
import { stemsOf, type Token, textOfSpan, tokensOf } from './tokens.js';

const MOST_SENTENCES = 2;

/** In content words. A fragment such as "Great kettle!" must not win by being short. */
const SHORT_SENTENCE = 5;

/**
 * Gives up to 2 sentences of the text as they stand in it, in their order; a text of 2 or fewer comes back whole.
 *
 * A sentence is worth the mean frequency of its content words in the text (after Luhn, "The Automatic Creation of
 * Literature Abstracts", IBM Journal, 1958), more so the earlier it stands (Edmundson, "New Methods in Automatic
 * Extracting", Journal of the ACM, 1969).
 */
export const summary: LocalProgram = {
  annotations: ['sbd'],
  answer(text, model) {
    return model.read(text, (reading) => {
      const tokens = tokensOf(text, reading);
      const sentences = sentencesOf(tokens, reading).filter(
        (span) => textOfSpan(text, tokens, span).trim() !== '',
      );
      if (sentences.length <= MOST_SENTENCES) return text.trim();
      const chosen = mostTelling(sentences, tokens, stemsOf(reading));
      return chosen.map((span) => textOfSpan(text, tokens, span).trim()).join(' ');
    });
  },
};

function mostTelling(
  sentences: readonly TokenSpan[],
  tokens: readonly Token[],
  stems: string[],
): TokenSpan[] {
  const contentOf = ([first, last]: TokenSpan) =>
    stems
      .slice(first, last + 1)
      .filter((_, i) => isContent(tokens[first + i]))
      .map((stem) => stem.toLowerCase());
  const contents = sentences.map(contentOf);
  const frequency = new Map<string, number>();
  for (const stem of contents.flat()) frequency.set(stem, (frequency.get(stem) ?? 0) + 1);
  const highest = Math.max(1, ...frequency.values());

  const scored = sentences.map((span, position) => {
    const content = contents[position] ?? [];
    const sum = content.reduce((total, stem) => total + (frequency.get(stem) ?? 0) / highest, 0);
    const mean = sum / Math.max(content.length, SHORT_SENTENCE);
    return { span, position, score: mean * (1 + 1 / (2 + position)) };
  });
  return scored
    .sort((a, b) => b.score - a.score || a.position - b.position)
    .slice(0, MOST_SENTENCES)
    .sort((a, b) => a.position - b.position)
    .map(({ span }) => span);
}

function isContent(token: Token | undefined): boolean {
  return token?.isWord === true && !token.isStopWord;
}
