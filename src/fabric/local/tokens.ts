import type { ItsFunction } from 'wink-nlp';
import type { Reading } from './language-model.js';

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

/** Consecutive tokens, by their numbers from 0, both ends included. */
export type TokenSpan = readonly [first: number, last: number];

/** The tokens of a text in their order. */
export function tokensOf(text: string, { document, its }: Reading): Token[] {
  const tokens = document.tokens();
  const types = tokens.out(its.type);
  const stopWords = tokens.out<boolean>(its.stopWordFlag);
  const partsOfSpeech = tokens.out(its.pos);

  // The model gives no offsets, and drops some white space: every token is looked for after the one before it.
  let cursor = 0;
  return tokens.out(its.value).map((value, i) => {
    const found = text.indexOf(value, cursor);
    const start = found === -1 ? cursor : found;
    const end = found === -1 ? cursor : found + value.length;
    cursor = end;
    return {
      text: value,
      start,
      end,
      isWord: types[i] === 'word' && HAS_LETTER.test(value),
      isStopWord: stopWords[i] === true,
      partOfSpeech: partsOfSpeech[i] ?? '',
    };
  });
}

/** The text's word stems, one a token: what "battery" and "Batteries" have in common. */
export function stemsOf({ document, its }: Reading): string[] {
  // wink's types know nothing of the addons that its own stemmer gets.
  return document.tokens().out(its.stem as unknown as ItsFunction<string>);
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

/** wink's own form of a span; its types allow text where spans come out. */
export function spanOf(span: number[] | string): TokenSpan {
  const [first, last] = span;
  return [Number(first ?? 0), Number(last ?? -1)];
}

const HAS_LETTER = /\p{L}/u;
