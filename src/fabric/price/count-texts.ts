import { ownCopy } from '../own-copy.js';

/** A tokenizer of OpenAI's, by the name of its vocabulary. */
export type Encoding = 'cl100k_base' | 'o200k_base';

/** GPT-4 and GPT-3.5, but not GPT-4o, GPT-4.1 and GPT-4.5; on OpenRouter they are called `openai/…`, on Azure `gpt-35-…`. */
const OLDER = /^(?:openai\/|ft:)?gpt-(?:4(?![.o])|3\.5|35)/i;

/** The tokenizer of a model; for a model of another house, the one whose counts are nearest. */
export function encodingOf(model: string): Encoding {
  return OLDER.test(model) ? 'cl100k_base' : 'o200k_base';
}

/** A row's text may look like a special token (`<|endoftext|>`); services read it as text. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/** Opens a counter of the tokens of texts, one number each. It takes 0.3 s and 70 MB. */
export async function openTextCounter(encoding: Encoding): Promise<(texts: readonly string[]) => number[]> {
  const isOlder = encoding === 'cl100k_base';
  const [{ countTokens }, { CL100K_TOKEN_SPLIT_REGEX, O200K_TOKEN_SPLIT_REGEX }] = await Promise.all([
    isOlder ? import('gpt-tokenizer/encoding/cl100k_base') : import('gpt-tokenizer/encoding/o200k_base'),
    import('gpt-tokenizer/encodingParams/constants'),
  ]);
  const countPieces = rememberingPieces(
    isOlder ? CL100K_TOKEN_SPLIT_REGEX : O200K_TOKEN_SPLIT_REGEX,
    (text) => countTokens(text, AS_TEXT),
  );
  return (texts) => texts.map((text) => countInParts(text, countPieces));
}

/** Pieces whose tokens are remembered; then all are forgotten. */
const MOST_PIECES = 10_000;

/** In characters. Longer pieces are rare. */
const LONGEST_PIECE = 40;

/** In characters. Of a longer text, the list of its pieces would take much memory. */
const LONGEST_SPLIT = 100_000;

/**
 * A counter that looks up the pieces of a text, words as a rule, among those that it has met. The tokenizer looks them
 * up in its vocabulary: 200,000 entries, which are out of a processor's reach, took it more than half of its time.
 *
 * @param piece matches each piece; a piece has the same tokens by itself
 */
function rememberingPieces(piece: RegExp, countTokens: (text: string) => number): typeof countTokens {
  const remembered = new Map<string, number>();
  const countPiece = (text: string): number => {
    const known = remembered.get(text);
    if (known !== undefined) return known;
    const tokens = countTokens(text);
    if (text.length > LONGEST_PIECE) return tokens;
    if (remembered.size >= MOST_PIECES) remembered.clear();
    remembered.set(ownCopy(text), tokens);
    return tokens;
  };
  return (text) => {
    if (text.length > LONGEST_SPLIT) return countTokens(text);
    let tokens = 0;
    for (const found of text.match(piece) ?? []) tokens += countPiece(found);
    return tokens;
  };
}

/** Letters, signs or blanks in a row that are counted as one piece at most. */
const LONGEST_RUN = 250;

/**
 * Runs of letters, of signs or of blanks, which the tokenizer takes as one piece. Its time grows with the square of
 * a piece: 100,000 letters take 7 s, in pieces of 250 some 50 ms. A cut costs a token, or two.
 */
const ENDLESS = new RegExp(
  ['[\\p{L}\\p{M}]', '[^\\s\\p{L}\\p{N}]', '\\s'].map((kind) => `${kind}{${LONGEST_RUN}}`).join('|'),
  'gu',
);

function countInParts(text: string, countTokens: (part: string) => number): number {
  if (!mayBeEndless(text)) return countTokens(text);
  let tokens = 0;
  let from = 0;
  for (const run of text.matchAll(ENDLESS)) {
    const to = run.index + run[0].length;
    tokens += countTokens(text.slice(from, to));
    from = to;
  }
  return tokens + countTokens(from === 0 ? text : text.slice(from));
}

const STEP = 10;

/**
 * Whether `ENDLESS` may be in a text, by every tenth of its characters: a long run holds many of these, which are all
 * blank or all something else than blanks and digits. The expression alone took a quarter of the time of counting.
 */
function mayBeEndless(text: string): boolean {
  let blanks = 0;
  let others = 0;
  for (let at = 0; at < text.length; at += STEP) {
    const code = text.charCodeAt(at);
    const isBlank = code === 32 || (code >= 9 && code <= 13);
    const isDigit = code >= 48 && code <= 57;
    // What is not ASCII may be anything.
    blanks = isBlank || code > 127 ? blanks + 1 : 0;
    others = isBlank || isDigit ? 0 : others + 1;
    if (blanks * STEP >= LONGEST_RUN || others * STEP >= LONGEST_RUN) return true;
  }
  return false;
}
