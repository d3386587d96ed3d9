import type { Reading, TokenSpan } from './reader/reading.js';

/** A word, a number, a punctuation mark: what the model takes a text apart into. */
export interface Token {
  /** Exactly as it stands in the text from `start` to `end`. */
  readonly text: string;
  /** Offsets in the text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** A word in letters: no number, punctuation, link, address or emoji. */
  readonly isWord: boolean;
  /** Too common to tell what a text is about ("the", "was"). */
  readonly isStopWord: boolean;
  /** The model's universal part of speech, such as NOUN; meaningless unless the model was opened with `pos`. */
  readonly partOfSpeech: string;
}

/** The tokens of a text in their order. */
export function tokensOf(text: string, reading: Reading): Token[] {
  // The model gives no offsets, and drops some white space: every token is looked for after the one before it.
  let cursor = 0;
  return Array.from({ length: reading.tokens }, (_, i) => {
    const word = reading.word(i);
    const found = text.indexOf(word, cursor);
    const start = found === -1 ? cursor : found;
    const end = found === -1 ? cursor : found + word.length;
    cursor = end;
    return {
      text: word,
      start,
      end,
      isWord: reading.type(i) === 'word' && HAS_LETTER.test(word),
      isStopWord: reading.isStopWord(i),
      partOfSpeech: reading.partOfSpeech(i),
    };
  });
}

/** The text's word stems, one a token: what "battery" and "Batteries" have in common. */
export function stemsOf(reading: Reading): string[] {
  return Array.from({ length: reading.tokens }, (_, i) => reading.stem(i));
}

/** The text from the first to the last token of a span, as it stands there. */
export function textOfSpan(text: string, tokens: readonly Token[], [first, last]: TokenSpan): string {
  return text.slice(tokens[first]?.start ?? 0, tokens[last]?.end ?? 0);
}

/** Whether the token joins the words beside it without spaces, as in "Jean-Luc". */
export function isHyphenInside(tokens: readonly Token[], i: number): boolean {
  const [before, hyphen, after] = [tokens[i - 1], tokens[i], tokens[i + 1]];
  if (hyphen?.text !== '-' || !before?.isWord || !after?.isWord) return false;
  return before.end === hyphen.start && hyphen.end === after.start;
}

const HAS_LETTER = /\p{L}/u;
