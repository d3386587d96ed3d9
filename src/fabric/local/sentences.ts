import type { Reading, TokenSpan } from './reader/reading.js';
import type { Token } from './tokens.js';

/**
 * The text's sentences in their order; together they hold every token once. A new line starts one too, as between
 * a title and what follows, unless it goes on in small letters (wrapped text).
 */
export function sentencesOf(tokens: readonly Token[], { sentences }: Reading): TokenSpan[] {
  const spans: TokenSpan[] = [];
  for (const [from, to] of sentences) {
    let first = from;
    for (let i = from; i <= to; i += 1) {
      if (i < to && !endsLine(tokens, i)) continue;
      spans.push([first, i]);
      first = i + 1;
    }
  }
  return spans;
}

function endsLine(tokens: readonly Token[], i: number): boolean {
  return /[\r\n]/.test(tokens[i]?.text ?? '') && !/^\p{Ll}/u.test(tokens[i + 1]?.text ?? '');
}
