/** Consecutive tokens, by their numbers from 0, both ends included. */
export type TokenSpan = readonly [first: number, last: number];

/** What the model can mark in a text: sentences, negations, sentiment, parts of speech, named entities. */
export type Annotation = 'sbd' | 'negation' | 'sentiment' | 'pos' | 'ner';

/** One text, read. Valid only while `look` runs: the model forgets the text's words afterwards. */
export interface Reading {
  /** How many tokens it was taken apart into. */
  readonly tokens: number;
  /** Exactly as it stands in the text. */
  word(token: number): string;
  /** Such as `word`, `number` or `punctuation`. */
  type(token: number): string;
  isStopWord(token: number): boolean;
  /** Such as NOUN; meaningless without the annotation `pos`. */
  partOfSpeech(token: number): string;
  stem(token: number): string;
  readonly sentences: readonly TokenSpan[];
  readonly entities: readonly { readonly span: TokenSpan; readonly type: string }[];
  /** Of the whole text. */
  readonly sentiment: number;
  /** Whether the model does not know a word; it may be in the text. */
  isUnknown(word: string): boolean;
}
