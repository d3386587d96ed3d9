/** A list of the values of one feature, and where each stands in it. The model's own structure. */
interface Vocabulary {
  readonly list: string[];
  readonly hash: Record<string, number>;
  /** Where the next new value goes. */
  index: number;
}

/** The part of wink-eng-lite-web-model's core that grows while texts are read. */
export interface WinkLexicon {
  readonly features: Readonly<Record<'lexeme' | 'prefix' | 'suffix' | 'shape', Vocabulary>>;
}

/**
 * The model's word list, made to forget the words that a text brought along.
 *
 * wink-nlp 2.4 adds every word that it meets for the first time to its word list, and looks words up there before
 * it looks at their letters. Left alone, "Tim's phone" is three tokens until some row says "It is Tim's." and two
 * ever after; past 16,383 letter patterns new words pass for abbreviations; and memory grows with the file.
 */
export class ForgetfulLexicon {
  private readonly words: Vocabulary;
  private readonly knownWords: number;
  private readonly features: readonly { readonly values: Vocabulary; readonly known: number }[];
  private wordsForgotten = 0;

  /** The lexicon as the model ships it, before any text was read. */
  constructor(lexicon: WinkLexicon) {
    const { lexeme, prefix, suffix, shape } = lexicon.features;
    this.words = lexeme;
    this.knownWords = lexeme.list.length;
    this.features = [prefix, suffix, shape].map((values) => ({ values, known: values.list.length }));
  }

  /** How many places in the word list are held by forgotten words. */
  get forgotten(): number {
    return this.wordsForgotten;
  }

  /**
   * Forgets what was learned since the last time. The words keep their places in the list, emptied: the reader
   * has a table beside it whose entries must stay in step, and which only a new reader begins afresh.
   */
  forget(): void {
    const { list, hash } = this.words;
    for (let place = this.knownWords + this.wordsForgotten; place < list.length; place += 1) {
      delete hash[list[place] ?? ''];
      list[place] = '';
    }
    this.wordsForgotten = list.length - this.knownWords;
    for (const { values, known } of this.features) cutBack(values, known);
  }

  /** Gives the places of forgotten words back. Only a reader that is made after this may use the lexicon. */
  reclaim(): void {
    this.words.list.length = this.knownWords;
    this.words.index = this.knownWords;
    this.wordsForgotten = 0;
  }
}

function cutBack(values: Vocabulary, length: number): void {
  for (let place = length; place < values.list.length; place += 1)
    delete values.hash[values.list[place] ?? ''];
  values.list.length = length;
  values.index = length;
}
