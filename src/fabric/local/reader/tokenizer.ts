/// <reference path="../../../wink-parts.d.ts" />
import compileExpressions from 'wink-nlp/src/compile-trex.js';
import winkTokenizer from 'wink-nlp/src/tokenizer.js';
import { ownCopy } from '../../own-copy.js';
import type { WinkCore } from './wink-core.js';
import { PART_OF_SPEECH_SHIFT } from './wink-document.js';
import { EXPANSION_SHIFT, type WordList } from './word-list.js';

const MOST_SPACES = 0xffff;
const ADDED = 99;
const UNKNOWN = 0;

/** Stretches of text that are remembered with their tokens; then no more in a text, and none of them in the next. */
const MOST_STRETCHES = 20_000;

interface NewWord {
  readonly place: number;
  readonly category: number;
}

/** What wink makes of a stretch of text without spaces. */
interface Tokens {
  readonly numbers: readonly number[];
  /** New words among them, which are known in the rest of the text. */
  readonly added: readonly NewWord[];
  /** Words that were looked up and not known: in a text in which one is, there may be other tokens. */
  readonly unknown: readonly number[];
}

/**
 * Takes texts apart into tokens as wink does. wink looks up each stretch between spaces, and tries up to 40 regular
 * expressions where that fails; here each stretch is taken apart once, and again only where the text has new words that
 * make a difference.
 */
export class Tokenizer {
  readonly #tokenize: ReturnType<typeof winkTokenizer>;
  readonly #splitter: RegExp;
  readonly #remembered = new Map<string, Tokens>();
  #generation = 0;

  // Of the text.
  #numbers: number[] = [];
  #spaces = 0;

  // Of the stretch.
  #added: NewWord[] = [];
  #unknown: number[] = [];
  /** Nothing made a difference to it but words that are the same in all texts. */
  #isGeneral = true;

  constructor(
    core: WinkCore,
    private readonly words: WordList,
  ) {
    const expressions = compileExpressions(core.trex);
    this.#splitter = expressions.helpers.splitter;
    this.#tokenize = winkTokenizer(expressions, core.tcat.hash, core.preserve);
  }

  /** The numbers of a text's tokens; `TOKEN_SIZE` each. */
  tokenize(text: string): number[] {
    this.#numbers = [];
    this.#spaces = 0;
    if (this.#generation !== this.words.newWords.generation || this.#remembered.size >= MOST_STRETCHES) {
      this.#remembered.clear();
      this.#generation = this.words.newWords.generation;
    }
    const parts = text.split(this.#splitter);
    for (let i = 0; i < parts.length; i += 1) {
      const part = parts[i] ?? '';
      if (part === '') continue;
      const spaces = i % 2 === 0 ? 0 : spacesIn(part);
      if (spaces === 0) this.#addStretch(part);
      this.#spaces = spaces;
    }
    return this.#numbers;
  }

  #addStretch(stretch: string): void {
    const tokens = this.#remembered.get(stretch);
    if (tokens === undefined || !this.#holds(tokens)) {
      this.#takeApart(stretch);
      return;
    }
    const numbers = this.#numbers;
    for (const { place, category } of tokens.added) this.words.use(place, category);
    const from = numbers.length + 1;
    for (const number of tokens.numbers) numbers.push(number);
    numbers[from] = (numbers[from] ?? 0) | this.#spaces;
  }

  #holds({ unknown }: Tokens): boolean {
    for (const place of unknown) if (this.words.newWords.isUsed(place)) return false;
    return true;
  }

  #takeApart(stretch: string): void {
    const from = this.#numbers.length;
    const spaces = this.#spaces;
    this.#added = [];
    this.#unknown = [];
    this.#isGeneral = this.#remembered.size < MOST_STRETCHES;
    this.#tokenize(this.#sink, stretch);
    const numbers = this.#numbers.slice(from);
    if (numbers.length === 0 || !this.#isGeneral) return;
    numbers[1] = (numbers[1] ?? 0) ^ spaces;
    this.#remembered.set(ownCopy(stretch), { numbers, added: this.#added, unknown: this.#unknown });
  }

  /** Called by wink. */
  readonly #sink = {
    _addTokenIfInCache: (word: string): number => {
      const index = this.#find(word);
      if (index === undefined) return UNKNOWN;
      const expansion = this.words.expansion(index);
      if (expansion === undefined) this.#push(index, 0, 0);
      else {
        for (let i = 0; i < expansion.length; i += 4) {
          const [expanded = 0, place = 0, lemma = 0, pos = 0] = expansion.subarray(i, i + 4);
          this.#push(expanded, place << EXPANSION_SHIFT, lemma | (pos << PART_OF_SPEECH_SHIFT));
        }
      }
      return ADDED;
    },
    _addToken: (word: string, category: number): boolean => {
      const index = this.words.add(word, category);
      const place = this.words.newPlace(index);
      if (place !== undefined) this.#added.push({ place, category });
      else if (this.words.isOnlyCapitalised(index)) this.#isGeneral = false;
      this.#push(index, 0, 0);
      return true;
    },
    isLexeme: (word: string): boolean => this.#find(word) !== undefined,
  };

  #find(word: string): number | undefined {
    const index = this.words.find(word);
    if (index !== undefined && this.words.newPlace(index) !== undefined) this.#isGeneral = false;
    if (index === undefined && this.#isGeneral) this.#unknown.push(this.words.newWords.place(word));
    return index;
  }

  #push(index: number, expansion: number, rest: number): void {
    this.#numbers.push(index, expansion | this.#spaces, rest, 0);
    this.#spaces = 0;
  }
}

/** How many spaces a stretch of white space is; 0 where it is a token, such as a new line. */
function spacesIn(part: string): number {
  if (part === ' ') return 1;
  if (SPECIAL_SPACE.test(part)) return MOST_SPACES;
  return part.startsWith(' ') ? Math.min(part.length, MOST_SPACES - 1) : 0;
}

const SPECIAL_SPACE = /[\u00a0\u2002-\u2005\u2009\u200a\u202f\u205f]/;
