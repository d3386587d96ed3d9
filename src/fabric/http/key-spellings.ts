/** A shorter part of a key gives nothing away; a shorter key could be a word of an answer. */
const SHORTEST_TOLD = 12;

const MASK = '[key]';

/** Matches escapes of ASCII in JSON, in URLs and in HTML. A text without one can hold a key only in plain form. */
const ESCAPES = /\\u00[2-7]|%[2-7][\da-f]|&(?:#|amp|quot|lt|gt|apos)/i;
/** Matches escapes for keys with characters that all JSON escapes; most answers hold some of these. */
const ESCAPES_OF_ODD_KEYS = new RegExp(`${ESCAPES.source}|\\\\["\\\\/]`, 'i');

/**
 * Finds a key in texts of others, however it is written: as it is, with escapes of JSON (of texts of JSON in
 * JSON too), URLs and HTML, in base64 at any place of a longer text, and half of it or more where it was cut or split.
 */
export class KeySpellings {
  readonly #spelled: RegExp;
  /** Every part of the key that is long enough to be masked contains at least one of these. */
  readonly #blocks: readonly { readonly at: number; readonly text: string }[];
  readonly #inBase64: readonly string[];
  readonly #shortestPart: number;
  readonly #escapes: RegExp;

  constructor(private readonly key: string) {
    this.#shortestPart = Math.min(key.length, Math.max(SHORTEST_TOLD, Math.ceil(key.length / 2)));
    this.#blocks = blocksOf(key, Math.floor((this.#shortestPart + 1) / 2));
    this.#inBase64 = key.length < SHORTEST_TOLD ? [] : inBase64(key);
    this.#escapes = /["\\/]/.test(key) ? ESCAPES_OF_ODD_KEYS : ESCAPES;
    this.#spelled = new RegExp([...key].map(spellingsOf).join(''), 'g');
  }

  /** The body of a response, the strings and names in it masked where it is JSON. Its numbers stay as they are. */
  maskBody(body: string): string {
    // The hot path: answers hardly ever contain one.
    if (!this.#mayBeIn(body)) return body;
    return /^\s*[[{"]/.test(body.slice(0, 100)) ? this.#maskStrings(body) : this.mask(body);
  }

  mask(text: string): string {
    let masked = this.#escapes.test(text) ? text.replace(this.#spelled, MASK) : text;
    for (const block of this.#blocks) masked = this.#maskParts(masked, block);
    for (const encoded of this.#inBase64) masked = masked.replaceAll(encoded, MASK);
    return masked;
  }

  #mayBeIn(text: string): boolean {
    return (
      this.#blocks.some((block) => text.includes(block.text)) ||
      this.#inBase64.some((encoded) => text.includes(encoded)) ||
      this.#escapes.test(text)
    );
  }

  /** By hand: an expression for strings of JSON fills the stack over a long one, and is slow where one does not end. */
  #maskStrings(json: string): string {
    const parts: string[] = [];
    let done = 0;
    for (let start = json.indexOf('"'); start !== -1; start = json.indexOf('"', done)) {
      const end = endOfString(json, start);
      parts.push(json.slice(done, start), this.#maskString(json.slice(start, end)));
      done = end;
    }
    parts.push(json.slice(done));
    return parts.join('');
  }

  /** @param literal a string of JSON, in its quotes. */
  #maskString(literal: string): string {
    if (!this.#mayBeIn(literal)) return literal;
    const text = textOf(literal);
    if (text === undefined) return this.mask(literal);
    const masked = this.mask(text);
    return masked === text ? literal : JSON.stringify(masked);
  }

  #maskParts(text: string, { at, text: block }: { readonly at: number; readonly text: string }): string {
    let masked = '';
    let done = 0;
    for (let found = text.indexOf(block); found !== -1; ) {
      let start = found;
      let from = at;
      while (start > done && from > 0 && text[start - 1] === this.key[from - 1]) {
        start--;
        from--;
      }
      let end = found + block.length;
      let to = at + block.length;
      while (to < this.key.length && text[end] === this.key[to]) {
        end++;
        to++;
      }
      if (end - start < this.#shortestPart) {
        found = text.indexOf(block, found + 1);
      } else {
        masked += text.slice(done, start) + MASK;
        done = end;
        found = text.indexOf(block, end);
      }
    }
    return done === 0 ? text : masked + text.slice(done);
  }
}

function blocksOf(key: string, size: number): { at: number; text: string }[] {
  const blocks: { at: number; text: string }[] = [];
  for (let at = 0; at + size <= key.length; at += size) blocks.push({ at, text: key.slice(at, at + size) });
  return blocks;
}

/** The part that all encodings of texts with the key in them share, by its place among groups of three bytes. (RFC 4648, 4 and 5) */
function inBase64(key: string): string[] {
  const encoded = [0, 1, 2].map((before) => {
    const text = Buffer.from(' '.repeat(before) + key)
      .toString('base64')
      .replace(/=+$/, '');
    const isWhole = (before + key.length) % 3 === 0;
    return text.slice(Math.ceil((before * 4) / 3), isWhole ? undefined : -1);
  });
  return [...new Set([...encoded, ...encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))])];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '"': 'quot',
  '<': 'lt',
  '>': 'gt',
  "'": 'apos',
};

/** Runs are bounded: over a text of nothing but backslashes an unbounded one takes time with the square of its length. */
function spellingsOf(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code
    .toString(16)
    .padStart(2, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  const itself = /[A-Za-z0-9]/.test(character) ? character : `\\${character}`;
  const entity = ENTITIES[character];
  return `(?:${[
    /["\\/]/.test(character) ? `\\\\{0,8}${itself}` : itself,
    `\\\\{1,8}u00${hex}`,
    `%(?:25){0,3}${hex}`,
    `&#(?:0{0,5}${code}|[xX]0{0,5}${hex});`,
    ...(entity === undefined ? [] : [`&${entity};`]),
  ].join('|')})`;
}

/** The index after the quote that ends the string opened at `start`; the text's length where no quote does. */
function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); quote !== -1; quote = json.indexOf('"', quote + 1)) {
    let before = quote;
    while (json[before - 1] === '\\') before--;
    if ((quote - before) % 2 === 0) return quote + 1;
  }
  return json.length;
}

function textOf(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}
