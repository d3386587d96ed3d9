import type { LocalProgram } from './local-program.js';
import type { Reading, TokenSpan } from './reader/reading.js';
import { isHyphenInside, stemsOf, type Token, textOfSpan, tokensOf } from './tokens.js';

const MOST_KEYWORDS = 8;
const LONGEST_PHRASE = 3; // words; longer ones are titles and lists rather than keywords
const LONGEST_WORD = 40; // characters; in languages without spaces a "word" is a whole clause

/**
 * Gives up to 8 keywords and key phrases as "a, b, c", the most telling first; empty text where there are none.
 *
 * Candidates are runs of nouns, proper nouns and adjectives that end in a noun (after Hulth, "Improved Automatic
 * Keyword Extraction Given More Linguistic Knowledge", EMNLP 2003), compared by their word stems. Those whose last
 * word comes up more often go first, then those with the higher RAKE score, the sum over their words of degree /
 * frequency (Rose, Engel, Cramer and Cowley, "Automatic Keyword Extraction from Individual Documents", in "Text
 * Mining: Applications and Theory", 2010), then the earlier ones.
 */
export const keywords: LocalProgram = {
  annotations: ['sbd', 'pos'],
  answer(text, model) {
    const ranked = model.read(text, (reading) => rank(candidatesIn(text, reading)));
    return pick(ranked).join(', ');
  },
};

interface Candidate {
  /** As it is shown. */
  readonly phrase: string;
  readonly stems: readonly string[];
  count: number;
}

/** Every phrase that could be a keyword, in the order of its first appearance. */
function candidatesIn(text: string, reading: Reading): Candidate[] {
  const tokens = tokensOf(text, reading);
  const stems = stemsOf(reading).map((stem) => stem.toLowerCase());
  const candidates = new Map<string, Candidate>();
  for (const [first, last] of phraseSpans(tokens)) {
    const phraseStems = stems.slice(first, last + 1).filter((_, i) => tokens[first + i]?.isWord);
    const key = phraseStems.join(' ');
    const known = candidates.get(key);
    if (known) known.count += 1;
    else candidates.set(key, { phrase: shown(text, tokens, [first, last]), stems: phraseStems, count: 1 });
  }
  return [...candidates.values()];
}

/** Runs of words that belong together, cut to their last few. */
function* phraseSpans(tokens: readonly Token[]): Generator<TokenSpan> {
  let next = 0;
  while (next < tokens.length) {
    const first = next;
    while (isPart(tokens[next]) || joinsParts(tokens, next)) next += 1;

    let last = next - 1;
    while (last >= first && !isNoun(tokens[last])) last -= 1;
    if (last >= first) yield [startOfLastWords(tokens, first, last), last];
    next += 1;
  }
}

/** The end of a long run is what it is about: "large brushed stainless steel kettle" is a "stainless steel kettle". */
function startOfLastWords(tokens: readonly Token[], first: number, last: number): number {
  let start = last;
  let words = 1;
  for (let i = last - 1; i >= first && words < LONGEST_PHRASE; i -= 1) {
    if (!tokens[i]?.isWord) continue;
    start = i;
    words += 1;
  }
  return start;
}

function isPart(token: Token | undefined): boolean {
  if (!token?.isWord || token.isStopWord) return false;
  if (token.text.length < 2 || token.text.length > LONGEST_WORD) return false;
  return token.partOfSpeech === 'ADJ' || isNoun(token);
}

function isNoun(token: Token | undefined): boolean {
  return token?.isWord === true && (token.partOfSpeech === 'NOUN' || token.partOfSpeech === 'PROPN');
}

function joinsParts(tokens: readonly Token[], i: number): boolean {
  return isHyphenInside(tokens, i) && isPart(tokens[i - 1]) && isPart(tokens[i + 1]);
}

/** A phrase as its first appearance has it, but without the capital that it owes to the start of a sentence. */
function shown(text: string, tokens: readonly Token[], span: TokenSpan): string {
  const phrase = textOfSpan(text, tokens, span).replace(/\s+/g, ' ');
  const before = tokens[span[0] - 1];
  const startsSentence = before === undefined || /^[.!?:\n]/.test(before.text);
  const hasOneCapital = /^\p{Lu}[^\p{Lu}]*$/u.test(phrase);
  return startsSentence && hasOneCapital ? phrase.toLowerCase() : phrase;
}

/** Candidates with the most telling first. */
function rank(candidates: readonly Candidate[]): Candidate[] {
  const { frequency, degree } = countWords(candidates);
  const scored = candidates.map((candidate) => ({
    candidate,
    headFrequency: frequency.get(candidate.stems.at(-1) ?? '') ?? 0,
    rakeScore: candidate.stems.reduce((sum, stem) => {
      return sum + (degree.get(stem) ?? 0) / (frequency.get(stem) ?? 1);
    }, 0),
  }));
  // The sort is stable: equals stay in the order of the text.
  scored.sort((a, b) => b.headFrequency - a.headFrequency || b.rakeScore - a.rakeScore);
  return scored.map(({ candidate }) => candidate);
}

/** How often each word comes up in phrases, and its degree: the number of words in all the phrases that it is in. */
function countWords(candidates: readonly Candidate[]) {
  const frequency = new Map<string, number>();
  const degree = new Map<string, number>();
  for (const { stems, count } of candidates) {
    for (const stem of stems) {
      frequency.set(stem, (frequency.get(stem) ?? 0) + count);
      degree.set(stem, (degree.get(stem) ?? 0) + count * stems.length);
    }
  }
  return { frequency, degree };
}

/** The first keywords that each bring a word that those before them did not have. */
function pick(ranked: readonly Candidate[]): string[] {
  const picked: string[] = [];
  const seen = new Set<string>();
  for (const { phrase, stems } of ranked) {
    if (picked.length === MOST_KEYWORDS) break;
    if (stems.every((stem) => seen.has(stem))) continue;
    picked.push(phrase);
    for (const stem of stems) seen.add(stem);
  }
  return picked;
}
