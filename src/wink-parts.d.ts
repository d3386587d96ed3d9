declare module 'wink-nlp/src/tokenizer.js' {
  /** Takes texts apart; each part goes to the words that it is given. */
  export default function tokenizer(
    expressions: unknown,
    categories: unknown,
    preserve: unknown,
  ): (words: TokenWords, text: string) => void;

  export interface TokenWords {
    /** Adds the token or tokens of a word that is known; 0 where it is not. */
    _addTokenIfInCache(text: string, spacesBefore: number): number;
    _addToken(text: string, category: number, spacesBefore: number): boolean;
    isLexeme(text: string): boolean;
  }
}

declare module 'wink-nlp/src/compile-trex.js' {
  export default function compileExpressions(expressions: unknown): {
    readonly helpers: { readonly splitter: RegExp };
  };
}

declare module 'wink-nlp/src/constants.js' {
  const constants: object;
  export default constants;
}

declare module 'wink-nlp/src/search.js' {
  export default function search(token: number, spans: readonly number[][]): number | null;
}

declare module 'wink-nlp/src/locate.js' {
  export default function locate(token: number, spans: readonly number[][]): number;
}
