import type { Pattern } from './automaton.js';
import type { WinkDocument } from './wink-document.js';
import type { WordList } from './word-list.js';

/** The part of wink-eng-lite-web-model that is read here; its own types say nothing of it. The version is pinned. */
export interface WinkModel {
  core(): WinkCore;
  sbd(): Machines & { setter(found: Pattern[], document: WinkDocument): void };
  ner(): Machines;
  negation(): Machines & { setter: SetterWith };
  sa(): Machines & { setter: SetterWith };
  pos(): Machines & {
    updater(found: Pattern[], words: WordList, tags: Tag[], normals: readonly number[]): void;
    setter(document: WinkDocument, tags: readonly Tag[], tokenSize: number, shift: number): void;
  };
  readonly featureFn: WinkFeatures;
  readonly addons: { stem(word: string): string };
}

/** The number of a part of speech; the model writes some of them as text. */
export type Tag = number | string;

/** Automata as JSON, and what turns a token into what they look for. */
interface Machines {
  readonly machines: readonly string[];
  readonly transformers?: readonly (Transformer | undefined)[];
}

/** Gives the class of a token where the automata look for its class, or else the token. */
type Transformer = (token: Tag, words: WordList, tokens: readonly number[], index: number) => Tag;

type SetterWith = (found: Pattern[], document: WinkDocument, constants: object, find: Find) => void;

type Find = (token: number, spans: readonly number[][]) => number | null;

/** Words and their properties. */
export interface WinkCore {
  readonly features: {
    readonly lexeme: { readonly list: readonly string[] };
    readonly tokenType: { readonly list: readonly string[] };
    readonly pos: { readonly list: readonly string[] };
    /** For each class of words, the parts of speech that they can be. */
    readonly posClusters: { readonly list: readonly ReadonlySet<number>[] };
  };
  /** Some numbers a word, with its properties in their bits. */
  readonly lexicon: Uint32Array;
  /** What contractions are short for, four numbers a word. */
  readonly xpansions: Uint32Array;
  readonly packing: {
    /** Numbers a word in the lexicon. */
    readonly size: number;
    readonly layout: Readonly<Record<string, readonly [number: number, mask: number, shift: number]>>;
    readonly config: unknown;
  };
  /** What the tokenizer goes by. */
  readonly trex: unknown;
  readonly tcat: { readonly hash: unknown };
  readonly preserve: unknown;
}

/** The rules by which the model guesses at words that it does not know. */
export type WinkFeatures = (config: unknown) => {
  isAbbrev(word: string): number;
  pos(word: string, category: number, words: unknown): number;
};
