import { pathToFileURL } from 'node:url';
import type { JsonObject } from '../../json/json-value.js';
import { withoutExactNumbers } from '../../json/plain-numbers.js';
import { CallError } from '../call-error.js';
import type { Answer, Inputs } from '../fabric.js';
import type { Scorer } from './scorer.js';

type ScoreFunction = (inputs: Inputs, output: Answer) => unknown;

/**
 * A module of a user's own that cannot be used.
 *
 * @example
 * if (error instanceof ScoreModuleError) console.error(error.message);
 */
export class ScoreModuleError extends Error {
  override readonly name = 'ScoreModuleError';
  readonly kind = 'score-module';
}

/**
 * Loads `export default (inputs, output) => number` from a JavaScript module.
 *
 * @param path absolute.
 * @throws ScoreModuleError where there is none.
 */
export async function loadModuleScorer(path: string): Promise<Scorer> {
  const score = await loadScore(path);
  return async (call, answer) => {
    let value: unknown;
    try {
      value = await score(
        withoutExactNumbers(call.inputs as JsonObject) as JsonObject,
        withoutExactNumbers(answer),
      );
    } catch (error) {
      throw new CallError('misconfigured', `${path} failed on row ${call.row}: ${reasonOf(error)}`);
    }
    if (typeof value === 'number' && !Number.isNaN(value)) return value;
    throw new CallError('misconfigured', `${path} gave no number for row ${call.row}, but ${String(value)}`);
  };
}

async function loadScore(path: string): Promise<ScoreFunction> {
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(pathToFileURL(path).href);
  } catch (error) {
    throw new ScoreModuleError(`--score: ${path} cannot be loaded: ${reasonOf(error)}`);
  }
  if (typeof loaded.default === 'function') return loaded.default as ScoreFunction;
  throw new ScoreModuleError(
    `--score: ${path} has no default export that is a function: (inputs, output) => number`,
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\s*\n\s*/g, ' ') : String(error);
}
