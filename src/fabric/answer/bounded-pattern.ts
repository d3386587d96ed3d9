import { createContext, Script } from 'node:vm';

/** A schema's pattern takes too long for an answer. */
export class PatternTimeoutError extends Error {
  override readonly name = 'PatternTimeoutError';
  readonly kind = 'pattern-timeout';

  constructor(pattern: string) {
    super(`the schema's pattern ${pattern} takes more than ${MOST_MS} ms for it`);
  }
}

/** Time limit of one match. Most take microseconds; a pattern that takes this long may never end. */
const MOST_MS = 250;

/** What a tested text may have where no clock is needed: a pattern as `isHarmless` has it takes its cube in steps. */
const SHORT = 200;

/**
 * Makes the expressions of a schema's patterns, as ajv wants them. JavaScript's own engine knows all that a pattern may
 * say, but may take time with two to the power of a text's length: `(a+)+$` would hang a run at its first such answer.
 */
export function boundedPattern(pattern: string, flags: string): BoundedPattern {
  return new BoundedPattern(new RegExp(pattern, flags));
}
/** Ajv writes it into checks that are compiled to a file; checks here are compiled in memory. */
boundedPattern.code = 'boundedPattern';

class BoundedPattern {
  readonly #isHarmless: boolean;
  #context: { expression: RegExp; text: string } | undefined;

  constructor(private readonly expression: RegExp) {
    this.#isHarmless = isHarmless(expression.source);
  }

  /** @throws PatternTimeoutError */
  test(text: string): boolean {
    if (this.#isHarmless && text.length <= SHORT) return this.expression.test(text);
    // A context takes a millisecond to make, and a call under its clock 0.06 ms.
    this.#context ??= createContext({ expression: this.expression, text }) as {
      expression: RegExp;
      text: string;
    };
    this.#context.text = text;
    try {
      return LOOK.runInContext(this.#context, { timeout: MOST_MS }) as boolean;
    } catch (error) {
      if (!isTimeout(error)) throw error;
      throw new PatternTimeoutError(String(this.expression));
    }
  }

  /** Ajv identifies patterns by it. */
  toString(): string {
    return String(this.expression);
  }
}

const LOOK = new Script('expression.test(text)');

/** No group is repeated, nothing is referred back to, and at most two things are repeated. */
function isHarmless(source: string): boolean {
  const repeats = source.match(/[*+{]/g) ?? [];
  return repeats.length <= 2 && !/\)[*+?{]|\\[1-9k]/.test(source);
}

/** It may be an error of another realm's class. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
