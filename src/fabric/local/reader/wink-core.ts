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
