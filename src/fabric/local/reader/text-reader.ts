import { type Annotator, annotatorsFor } from './annotators.js';
import type { Annotation, Reading } from './reading.js';
import { Tokenizer } from './tokenizer.js';
import { normalOf, partOfSpeechOf, TOKEN_SIZE, type WinkDocument } from './wink-document.js';
import type { WinkModel } from './wink-model.js';
import { WordList } from './word-list.js';

/**
 * Reads texts, and finds in each what wink-nlp finds in the first text that it reads. The model and its rules are wink's,
 * and so is the tokenizer; word list, automata and the order of the steps are here, for half of the CPU time a text.
 */
export class TextReader {
  readonly #words: WordList;
  readonly #tokenizer: Tokenizer;
  readonly #annotators: readonly Annotator[];

  constructor(
    private readonly model: WinkModel,
    annotations: readonly Annotation[],
  ) {
    const core = model.core();
    this.#words = new WordList(core, model.featureFn);
    this.#tokenizer = new Tokenizer(core, this.#words);
    this.#annotators = annotatorsFor(annotations, model, this.#words);
  }

  /** The reading holds until the next text is read. */
  read(text: string): Reading {
    this.#words.beginText();
    const tokens = this.#tokenizer.tokenize(text);
    const count = tokens.length / TOKEN_SIZE;
    const document: WinkDocument = {
      cache: this.#words,
      tokens,
      numOfTokens: count,
      sentences: [],
      numOfSentences: 0,
      document: [0, count - 1, 0, 0],
      entities: [],
    };
    const normals = Array.from({ length: count }, (_, token) => normalOf(document, token));
    for (const annotate of this.#annotators) annotate(document, normals);
    return new WinkReading(document, this.model);
  }
}

class WinkReading implements Reading {
  constructor(
    private readonly read: WinkDocument,
    private readonly model: WinkModel,
  ) {}

  get tokens(): number {
    return this.read.numOfTokens;
  }

  get sentiment(): number {
    return this.read.document[3];
  }

  get sentences(): readonly (readonly [number, number])[] {
    return this.read.sentences.map(([first, last]) => [first, last]);
  }

  get entities() {
    return this.read.entities.map(([first, last, type]) => ({
      span: [first, last] as const,
      type: String(type),
    }));
  }

  word(token: number): string {
    return this.read.cache.value(this.#word(token));
  }

  type(token: number): string {
    return String(this.read.cache.property(this.#word(token), 'tokenType'));
  }

  isStopWord(token: number): boolean {
    return this.read.cache.property(normalOf(this.read, token), 'isStopWord') === 1;
  }

  partOfSpeech(token: number): string {
    return this.read.cache.partOfSpeechName(partOfSpeechOf(this.read, token));
  }

  stem(token: number): string {
    return this.model.addons.stem(this.word(token));
  }

  isUnknown(word: string): boolean {
    return this.read.cache.isOOV(word);
  }

  #word(token: number): number {
    return this.read.tokens[token * TOKEN_SIZE] ?? 0;
  }
}
