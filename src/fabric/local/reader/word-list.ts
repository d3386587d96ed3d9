import { NewWords } from './new-words.js';
import type { WinkCore, WinkFeatures } from './wink-core.js';

/** What the model knows of a word, or of any other token. */
export type WordProperty =
  | 'tokenType'
  | 'isAbbrev'
  | 'isStopWord'
  | 'lexemeCID'
  | 'sbdHint'
  | 'nerHint'
  | 'posHint';

// In the 20 bits of a contraction's lemma: where what it is short for begins, and how many numbers that has.
const EXPANSION_PLACE = 0x3fff;
const EXPANSION_LENGTH_SHIFT = 14;
const EXPANSION_LENGTH = 0x1f;

/** A token that is part of a contraction has the place of its expansion above the count of spaces before it. */
export const EXPANSION_SHIFT = 16;

const NOT_GUESSED = -1;

/**
 * The words of the model, numbered from 0, and after them the new words of texts. It stands where wink-nlp has a list
 * of its own, and answers as that does on a first text, but:
 *
 * wink's list keeps every new word, and wink looks words up before it looks at their letters. "Tim's phone" is three
 * tokens until some row says "It is Tim's." and two ever after; past 16,383 letter patterns new words pass for
 * abbreviations; and memory grows with the file. Here a new word is known in its own text alone.
 *
 * And wink unpacks properties for every token that asks, and works out features of new words that nobody asks for.
 */
export class WordList {
  readonly newWords = new NewWords();
  readonly #known: ReadonlyMap<string, number>;
  readonly #words: readonly string[];
  readonly #size: number;
  readonly #onlyCapitalised: ReadonlySet<number>;
  readonly #expansions: Uint32Array;
  readonly #core: Pick<WinkCore, 'features'>;
  readonly #guess: ReturnType<WinkFeatures>;

  // One entry a word of the model.
  readonly #properties: Readonly<Record<WordProperty, Uint16Array>>;
  readonly #partsOfSpeech: Uint16Array;
  readonly #isContraction: Uint16Array;
  readonly #lemmas: Uint32Array;
  readonly #normals: Uint32Array;
  readonly #spellings: Uint32Array;

  // One entry a place of new words.
  readonly #newNormals: number[] = [];
  readonly #newAbbrevs: number[] = [];
  readonly #newPartsOfSpeech: number[] = [];

  constructor(core: WinkCore, features: WinkFeatures) {
    const words = core.features.lexeme.list;
    const known = new Map(words.map((word, index) => [word, index]));
    this.#words = words;
    this.#size = words.length;
    this.#known = known;
    this.#onlyCapitalised = new Set(
      words.flatMap((word, index) => (known.has(word.toLowerCase()) ? [] : [index])),
    );
    this.#expansions = core.xpansions;
    this.#core = { features: core.features };
    this.#guess = features(core.packing.config);

    const small = (name: string) => Uint16Array.from(unpacked(core, name));
    this.#properties = {
      tokenType: small('tokenType'),
      isAbbrev: small('isAbbrev'),
      isStopWord: small('isStopWord'),
      lexemeCID: small('lexemeCID'),
      sbdHint: small('sbdHint'),
      nerHint: small('nerHint'),
      posHint: small('posHint'),
    };
    this.#partsOfSpeech = small('pos');
    this.#isContraction = small('isContraction');
    const lemmas = unpacked(core, 'lemma');
    const isMapped = unpacked(core, 'isSpellingMapped');
    const normals = unpacked(core, 'normal').map((offset, index) => index + offset);
    this.#lemmas = lemmas;
    this.#spellings = lemmas.map((lemma, index) => (isMapped[index] === 1 ? lemma : index));
    this.#normals = lemmas.map((lemma, index) => (isMapped[index] === 1 ? lemma : (normals[index] ?? 0)));
  }

  /** Forgets the new words of the text before. */
  beginText(): void {
    const { generation } = this.newWords;
    this.newWords.beginText();
    if (this.newWords.generation === generation) return;
    for (const column of [this.#newNormals, this.#newAbbrevs, this.#newPartsOfSpeech]) column.length = 0;
  }

  /** The number of a word that is known, to the model or from the text; undefined where it is not. */
  find(word: string): number | undefined {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const place = this.newWords.find(word);
    return place === undefined ? undefined : this.#size + place;
  }

  /** Finds a word, or makes it known in the rest of the text; gives its number. */
  add(word: string, category: number): number {
    const known = this.#known.get(word);
    if (known === undefined) {
      const place = this.newWords.place(word);
      this.use(place, category);
      return this.#size + place;
    }
    if (this.#onlyCapitalised.has(known)) this.add(word.toLowerCase(), category);
    return known;
  }

  /** Makes a new word known in the rest of the text, and the word in small letters with it. */
  use(place: number, category: number): void {
    if (this.newWords.isUsed(place)) return;
    if (this.newWords.use(place, category)) setAt(this.#newPartsOfSpeech, place, NOT_GUESSED);
    const normal = this.#newNormal(place);
    if (normal >= this.#size) this.use(normal - this.#size, category);
  }

  /** The place among the new words; undefined for a word of the model. */
  newPlace(index: number): number | undefined {
    return index < this.#size ? undefined : index - this.#size;
  }

  /** A dozen names and smileys of the model ("Scarlett", ":D"): where they come up, new words do with them. */
  isOnlyCapitalised(index: number): boolean {
    return this.#onlyCapitalised.has(index);
  }

  /** What a contraction is short for, four numbers a word: word, place, lemma and part of speech. */
  expansion(index: number): Uint32Array | undefined {
    if (index >= this.#size || this.#isContraction[index] === 0) return undefined;
    const lemma = this.#lemmas[index] ?? 0;
    const first = lemma & EXPANSION_PLACE;
    const length = (lemma >>> EXPANSION_LENGTH_SHIFT) & EXPANSION_LENGTH;
    const expansion = this.#expansions.slice(first, first + length);
    for (let i = 0; i < length; i += 4) expansion[i + 1] = first + i + 1;
    return expansion;
  }

  /** The name of a part of speech. */
  partOfSpeechName(partOfSpeech: number): string {
    return this.#core.features.pos.list[partOfSpeech] ?? '';
  }

  // What follows is called by wink, or by the model, by the name that wink gives it.

  lookup(word: string): ArrayLike<number> | null {
    const index = this.find(word);
    return index === undefined ? null : (this.expansion(index) ?? [index]);
  }

  /** Not known to the model. */
  isOOV(word: string): boolean {
    return !this.#known.has(word);
  }

  value(index: number): string {
    return index < this.#size ? (this.#words[index] ?? '') : this.newWords.word(index - this.#size);
  }

  /** The number of the word in small letters and in its usual spelling. */
  normal(index: number): number {
    if (index < this.#size) return this.#normals[index] ?? 0;
    return this.mappedSpelling(this.#newNormal(index - this.#size));
  }

  mappedSpelling(index: number): number {
    return index < this.#size ? (this.#spellings[index] ?? 0) : index;
  }

  /** The number of the word in small letters, for a token that is part of a contraction. */
  nox(spacesAndPlace: number): number {
    return this.#expansions[(spacesAndPlace >>> EXPANSION_SHIFT) & EXPANSION_PLACE] ?? 0;
  }

  /** A number, but for `tokenType` its name. An arrow function: the model calls it by itself. */
  readonly property = (index: number, name: WordProperty): number | string => {
    if (index < this.#size) {
      const value = this.#properties[name][index] ?? 0;
      return name === 'tokenType' ? this.#typeName(value) : value;
    }
    const place = index - this.#size;
    if (name === 'isAbbrev') return this.#newAbbrev(place);
    return name === 'tokenType' ? this.#typeName(this.newWords.category(place)) : 0;
  };

  /** The part of speech that the word is by itself. */
  posOf(index: number): number {
    if (index < this.#size) return this.#partsOfSpeech[index] ?? 0;
    const place = index - this.#size;
    const guessed = this.#newPartsOfSpeech[place] ?? NOT_GUESSED;
    if (guessed !== NOT_GUESSED) return guessed;
    const guess = this.#guess.pos(this.newWords.word(place), this.newWords.category(place), this);
    setAt(this.#newPartsOfSpeech, place, guess);
    return guess;
  }

  /** How many words the model knows. */
  intrinsicSize(): number {
    return this.#size;
  }

  isMemberPOS(index: number, partOfSpeech: number | string): boolean {
    const cluster = this.#core.features.posClusters.list[Number(this.property(index, 'lexemeCID'))];
    return cluster?.has(Number(partOfSpeech)) ?? false;
  }

  #typeName(category: number): string {
    return this.#core.features.tokenType.list[category] ?? '';
  }

  /** The number of a new word in small letters. */
  #newNormal(place: number): number {
    const found = this.#newNormals[place] ?? NOT_GUESSED;
    if (found !== NOT_GUESSED) return found;
    const word = this.newWords.word(place).toLowerCase();
    const normal = this.#known.get(word) ?? this.#size + this.newWords.place(word);
    setAt(this.#newNormals, place, normal);
    return normal;
  }

  #newAbbrev(place: number): number {
    const guessed = this.#newAbbrevs[place] ?? NOT_GUESSED;
    if (guessed !== NOT_GUESSED) return guessed;
    const isAbbrev = this.#guess.isAbbrev(this.newWords.word(place));
    setAt(this.#newAbbrevs, place, isAbbrev);
    return isAbbrev;
  }
}

/** Without a hole before it: V8 would make the list a slow one. */
function setAt(list: number[], place: number, value: number): void {
  while (list.length < place) list.push(NOT_GUESSED);
  list[place] = value;
}

/** A property of all words of the model. */
function unpacked({ packing, lexicon }: WinkCore, name: string): Uint32Array {
  const place = packing.layout[name];
  if (place === undefined) throw new Error(`the model has no property ${name}`);
  const [number, mask, shift] = place;
  const values = new Uint32Array(lexicon.length / packing.size);
  for (let word = 0; word < values.length; word += 1) {
    values[word] = ((lexicon[number + word * packing.size] ?? 0) & mask) >>> shift;
  }
  return values;
}
