import { CallError } from '../call-error.js';
import type { ModelDefinition } from '../definition.js';
import { type RefusalWords, refusalWordsIn } from '../http/refusal-words.js';
import { parameterAdvice } from './parameter-advice.js';

/** Finds the parameter of a fabric that a service refuses: such a refusal meets every row alike. */
export class RefusedParameter {
  readonly #names: readonly (readonly [name: string, named: RegExp])[];

  constructor(private readonly definition: Pick<ModelDefinition, 'provider' | 'parameters'>) {
    this.#names = Object.keys(definition.parameters).map((name) => [name, asNamed(name)]);
  }

  /** The error that a refusal is: `misconfigured` where it is about a parameter of the fabric. */
  judge(error: CallError, body: string): CallError {
    if (error.kind !== 'bad-request' && error.kind !== 'unprocessable') return error;
    const words = refusalWordsIn(body);
    const name = this.#nameIn(words) ?? (words.upstream && this.#nameIn(refusalWordsIn(words.upstream)));
    if (!name) return error;
    const advice = parameterAdvice(this.definition.provider, name, words.message);
    const message = `${error.message}: the fabric's parameter ${name} is refused: ${advice}`;
    return new CallError('misconfigured', message, { ...error.details, advice: 'change its parameters' });
  }

  #nameIn({ param, message, inner }: RefusalWords): string | undefined {
    const isParam = (name: string) => param === name || param.startsWith(`${name}.`);
    const found =
      this.#names.find(([name]) => isParam(name)) ??
      this.#names.find(([, named]) => named.test(message) || named.test(inner));
    return found?.[0];
  }
}

/**
 * How services name a parameter: "Unsupported parameter: 'x'", "x: Extra inputs are not permitted", "`x` is deprecated
 * for this model", "body.x: …", "Unknown name "x"", "at 'generation_config.x'", "does not support parameters: ['x']".
 * A word that only occurs in a message, perhaps quoted from a row, does not count.
 */
function asNamed(name: string): RegExp {
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const quote = '[\'"`]?';
  const before = '(?:parameters?|arguments?(?: supplied)?|field|name|value|option|keyword|property)';
  return new RegExp(
    [
      `^${quote}(?:body\\.)?${word}${quote}(?:: | (?:is|are|was|may|must|should|cannot|can't|does|and|or|in)\\b)`,
      `\\b${before}:? ${quote}(?:body\\.)?${word}\\b`,
      `\\bparameters?: ?[[{][^\\]}]{0,300}['"]${word}['"]`,
      `\\b${before}:? in request: ${word}\\b`,
      `\\bat '(?:\\w+\\.){0,5}${word}'`,
      `['"\`]${word}['"\`] (?:is|are|may|must|should|cannot|can't|does)\\b`,
    ].join('|'),
    'i',
  );
}
