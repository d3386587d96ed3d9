/** A list of the values of one feature, and where each stands in it. The model's own structure. */
interface Vocabulary {
  readonly list: string[];
  /** Undefined for a value that is forgotten: wink asks for the place, never for the key. */
  readonly hash: Record<string, number | undefined>;
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
   * has a table beside it whose entries must stay in step, and which only a new reader begins afresh. They keep
   * their keys too: texts of one file have many words in common, and to take a key out and put it in again for
   * each text takes a tenth of the time.
   */
  forget(): void {
    const { list, hash } = this.words;
    for (let place = this.knownWords + this.wordsForgotten; place < list.length; place += 1) {
      hash[list[place] ?? ''] = undefined;
      list[place] = '';
    }
    this.wordsForgotten = list.length - this.knownWords;
    for (const { values, known } of this.features) cutBack(values, known);
  }

  /** Gives the places and keys of forgotten words back. Only a reader that is made after this may use the lexicon. */
  reclaim(): void {
    this.words.list.length = this.knownWords;
    this.words.index = this.knownWords;
    this.wordsForgotten = 0;
    for (const { hash } of [this.words, ...this.features.map(({ values }) => values)])
      dropForgottenKeys(hash);
  }
}

function cutBack(values: Vocabulary, length: number): void {
  for (let place = length; place < values.list.length; place += 1) {
    values.hash[values.list[place] ?? ''] = undefined;
  }
  values.list.length = length;
  values.index = length;
}

function dropForgottenKeys(hash: Vocabulary['hash']): void {
  for (const key of Object.keys(hash)) {
    if (hash[key] === undefined) delete hash[key];
  }
}
