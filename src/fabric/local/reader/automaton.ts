/** The first and the last token of a pattern, and its name. */
export type Pattern = [first: number, last: number, name: string | number];

/** As wink writes its automata: a version, and by the number of a state where what leads, and what it is the end of. */
type WinkAutomaton = readonly [
  version: number,
  lastState: number,
  transitions: Readonly<Record<string, Readonly<Record<string, number>>>>,
  names: Readonly<Record<string, string | number>>,
  margins: Readonly<Record<string, readonly [before: number, after: number]>>,
];

/** Stands after the last token. */
const END = 2_070_000;
/** Where a state leads if no token does: the pattern that was found on the way to it. */
const OTHERWISE = 2_070_003;
/** Of patterns that keep others from being found. */
const NO_NAME = '0';

/**
 * Finds patterns in the tokens of a text, as wink's automata do, whose state machines it reads; but it passes over a
 * token that no pattern begins with at the cost of one look into a table.
 */
export class Automaton {
  readonly #transitions: ReadonlyMap<number, number>[] = [];
  readonly #otherwise: number[] = [];
  readonly #names: (string | number | undefined)[] = [];
  readonly #margins: WinkAutomaton[4];
  /** For the words of the model, whether a pattern begins with it. */
  readonly #begins: Uint8Array;

  /**
   * @param json as the model has it
   * @param words how many the model has: larger numbers are those of new words, and of classes of words
   * @param ignored the number of the token that may stand anywhere in a pattern
   */
  constructor(
    json: string,
    words: number,
    private readonly ignored: number,
  ) {
    const [, lastState, transitions, names, margins]: WinkAutomaton = JSON.parse(json);
    for (let state = 0; state <= lastState; state += 1) {
      const next = new Map(Object.entries(transitions[state] ?? {}).map(([key, to]) => [Number(key), to]));
      this.#otherwise.push(next.get(OTHERWISE) ?? 0);
      this.#transitions.push(next);
      this.#names.push(names[state] || undefined);
    }
    this.#margins = margins;
    this.#begins = new Uint8Array(words);
    for (const key of this.#transitions[0]?.keys() ?? []) if (key < words) this.#begins[key] = 1;
  }

  /**
   * The patterns in their order; none overlap.
   *
   * @param instead patterns of another automaton, whose names stand for their tokens
   */
  patternsIn(tokens: readonly number[], instead?: readonly Pattern[]): Pattern[] {
    const begins = this.#begins;
    const length = tokens.length;
    const substitutes = instead && new Map(instead.map((pattern) => [pattern[0], pattern]));
    const patterns: Pattern[] = [];
    let first = 0;
    let state = 0;
    let found = 0;
    let foundAt = 0;
    // Tokens to the next one. Not set back by a token that is ignored, as in wink.
    let step = 1;
    for (let i = 0; i <= length; i += 1) {
      const token = tokens[i] ?? END;
      if (state === 0 && begins[token] === 0 && token !== this.ignored && substitutes?.has(i) !== true) {
        step = 1;
        continue;
      }
      for (let at = i; at <= length; at += step) {
        let token: string | number = tokens[at] ?? END;
        if (token === this.ignored) continue;
        const substitute = substitutes?.get(at);
        step = 1;
        if (substitute !== undefined) {
          token = substitute[2];
          step = substitute[1] - at + 1;
        }
        const next = this.#transitions[state]?.get(Number(token)) ?? 0;
        if (state === 0 && next !== 0) first = at;
        if (this.#names[next] !== undefined) {
          this.#keep(patterns, first, at + step - 1, next);
          i = at;
          state = 0;
          found = 0;
          break;
        }
        state = next;
        if (next === 0) {
          if (found !== 0) {
            this.#keep(patterns, first, foundAt, found);
            i = foundAt;
            found = 0;
          }
          break;
        }
        const otherwise = this.#otherwise[next] ?? 0;
        if (otherwise !== 0) {
          found = otherwise;
          foundAt = at + step - 1;
        }
      }
    }
    return patterns;
  }

  #keep(patterns: Pattern[], first: number, last: number, state: number): void {
    const name = this.#names[state] ?? '';
    if (name === NO_NAME) return;
    const [before, after] = this.#margins[state] ?? [0, 0];
    patterns.push([first + before, last - after, name]);
  }
}
