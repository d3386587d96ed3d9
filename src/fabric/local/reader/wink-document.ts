import type { Pattern } from './automaton.js';
import type { WordList } from './word-list.js';

/** Numbers a token: its word, the spaces before it, its part of speech and lemma, whether it is negated. */
export const TOKEN_SIZE = 4;
/** Of the part of speech, above the lemma. */
export const PART_OF_SPEECH_SHIFT = 20;

const PART_OF_SPEECH = 0x3f;
const MOST_SPACES = 0xffff;

/** Sentences and the whole text: where they begin and end, whether they are negated, their sentiment. */
export type WinkSpan = [first: number, last: number, negated: number, sentiment: number];

/** A text that is read, in the form that wink gives it; the model's own code reads and writes it. */
export interface WinkDocument {
  readonly cache: WordList;
  /** `TOKEN_SIZE` numbers each. */
  readonly tokens: number[];
  readonly numOfTokens: number;
  sentences: WinkSpan[];
  numOfSentences: number;
  readonly document: WinkSpan;
  entities: readonly Pattern[];
}

/** The number of a token's word in small letters and its usual spelling. */
export function normalOf({ cache, tokens }: WinkDocument, token: number): number {
  const spaces = tokens[token * TOKEN_SIZE + 1] ?? 0;
  return spaces > MOST_SPACES ? cache.nox(spaces) : cache.normal(tokens[token * TOKEN_SIZE] ?? 0);
}

/** The number of a token's part of speech; 0 where none was set. */
export function partOfSpeechOf({ tokens }: WinkDocument, token: number): number {
  return ((tokens[token * TOKEN_SIZE + 2] ?? 0) >>> PART_OF_SPEECH_SHIFT) & PART_OF_SPEECH;
}
