import type { LanguageModel } from './language-model.js';
import type { LocalProgram } from './local-program.js';
import type { Reading, TokenSpan } from './reader/reading.js';
import { sentencesOf } from './sentences.js';
import { isHyphenInside, type Token, textOfSpan, tokensOf } from './tokens.js';

/**
 * Gives `{ entities: [{ text, type }] }` in the order of the text, each as often as it comes up. The types are wink's
 * (DATE, TIME, DURATION, MONEY, PERCENT, CARDINAL, ORDINAL, URL, EMAIL, HASHTAG, MENTION, EMOJI, EMOTICON) and NAME
 * for runs of proper nouns, of which wink's small model knows nothing.
 */
export const entities: LocalProgram = {
  annotations: ['sbd', 'ner', 'pos'],
  answer(text, model) {
    return { entities: entitiesIn(text, model).map(({ text, type }) => ({ text, type })) };
  },
};

interface Entity {
  readonly text: string;
  readonly type: string;
  readonly start: number;
}

function entitiesIn(text: string, model: LanguageModel): Entity[] {
  return model.read(text, (reading) => {
    const tokens = tokensOf(text, reading);
    const found = reading.entities.map((entity) => withCurrency(tokens, entity));
    const names = nameSpans(tokens, reading, found);
    const all = [
      ...found.map(({ span, type }) => entity(text, tokens, span, type)),
      ...names.map((span) => entity(text, tokens, span, 'NAME')),
    ];
    return all.sort((a, b) => a.start - b.start);
  });
}

function entity(text: string, tokens: readonly Token[], span: TokenSpan, type: string): Entity {
  const written = textOfSpan(text, tokens, span).replace(/\s+/g, ' ');
  const withoutGenitive = type === 'NAME' ? written.replace(/['’]s$/, '') : written;
  return { text: withoutGenitive, type, start: tokens[span[0]]?.start ?? 0 };
}

interface FoundEntity {
  readonly span: TokenSpan;
  readonly type: string;
}

/** wink knows "$5" for money, but takes "€5" for a number. */
function withCurrency(tokens: readonly Token[], found: FoundEntity): FoundEntity {
  const [first, last] = found.span;
  if (found.type !== 'CARDINAL' || !/^[£€¥₹₩]$/.test(tokens[first - 1]?.text ?? '')) return found;
  return { span: [first - 1, last], type: 'MONEY' };
}

/** Runs of capitalised words that start with a proper noun and are not another entity. */
function nameSpans(tokens: readonly Token[], reading: Reading, found: readonly FoundEntity[]): TokenSpan[] {
  const taken = new Set<number>();
  for (const { span } of found) for (let i = span[0]; i <= span[1]; i += 1) taken.add(i);
  const isFree = (i: number): boolean => !taken.has(i) && isCapitalised(tokens[i]);
  const belongs = (i: number) => isFree(i) || (isHyphenInside(tokens, i) && isFree(i - 1) && isFree(i + 1));

  const spans: TokenSpan[] = [];
  for (const sentence of sentencesOf(tokens, reading)) {
    const shouting = isShouting(tokens, sentence);
    for (const span of runsOf(sentence, belongs)) {
      const name = fromProperNoun(tokens, span);
      if (!name) continue;
      // The model takes every capitalised noun for a proper one. At the start of a sentence, and where all is in
      // capitals, only a word that is no common one in small letters ("Paris", not "Kettle") makes a name.
      const isDoubtful = shouting || (name[0] === sentence[0] && name[0] === name[1]);
      if (!isDoubtful || hasUncommonWord(tokens, name, reading)) spans.push(name);
    }
  }
  return spans;
}

/** The longest stretches of a span in which every token belongs. */
function* runsOf([from, to]: TokenSpan, belongs: (i: number) => boolean): Generator<TokenSpan> {
  for (let first = from; first <= to; first += 1) {
    let next = first;
    while (next <= to && belongs(next)) next += 1;
    if (next > first) yield [first, next - 1];
    first = next;
  }
}

function fromProperNoun(tokens: readonly Token[], [first, last]: TokenSpan): TokenSpan | undefined {
  for (let i = first; i <= last; i += 1) if (tokens[i]?.partOfSpeech === 'PROPN') return [i, last];
  return undefined;
}

function isCapitalised(token: Token | undefined): boolean {
  return token?.isWord === true && !token.isStopWord && /^\p{Lu}./u.test(token.text);
}

function isShouting(tokens: readonly Token[], [from, to]: TokenSpan): boolean {
  const words = tokens.slice(from, to + 1).filter((token) => token.isWord);
  return words.length > 3 && words.every((word) => word.text === word.text.toUpperCase());
}

function hasUncommonWord(tokens: readonly Token[], [first, last]: TokenSpan, reading: Reading): boolean {
  return tokens.slice(first, last + 1).some((token) => reading.isUnknown(token.text.toLowerCase()));
}
