import type { JsonObject, JsonValue } from '../../json/json-value.js';
import type { StepInput } from '../definition.js';
import type { Answer, Inputs } from '../fabric.js';
import { STEPS } from '../prompt/column-uses.js';

/** The answers of a row's steps so far, by their names; null where a step was not asked, or failed. */
export type StepAnswers = Readonly<Record<string, Answer>>;

/** What a step is sent of a row and of the answers before it. */
export type StepInputsOf = (inputs: Inputs, answers: StepAnswers) => Inputs;

/** What decides it. */
export interface SentToStep {
  /** Stated in the fabric file; undefined: what its prompt uses. */
  readonly inputs?: readonly StepInput[];
  /** Columns that its prompt uses; undefined: all are sent. */
  readonly columns: readonly string[] | undefined;
  /** Inputs that name files and that its prompt does not use. */
  readonly files: readonly string[];
  /** The steps before it whose answers its prompt uses. */
  readonly needs: readonly string[];
}

/**
 * A step is sent only what it uses, so that its question stays the same when a step that it does not know of is asked
 * again.
 */
export function stepInputsOf({ inputs: stated, columns, needs }: SentToStep): StepInputsOf {
  if (stated === undefined && columns === undefined && needs.length === 0) return (row) => row;
  return (row, answers) => {
    const sent = stated === undefined ? picked(row, columns ?? Object.keys(row)) : {};
    for (const { input, from } of stated ?? []) {
      const value = 'column' in from ? own(row, from.column) : answerAt(answers, from.step, from.property);
      if (value !== undefined) sent[input] = value;
    }
    if (needs.length > 0) sent[STEPS] = answersOf(needs, answers);
    return sent;
  };
}

/** What an expression over a row and the answers before it sees. */
export function withAnswers(row: Inputs, answers: StepAnswers): Inputs {
  const all = picked(row, Object.keys(row));
  all[STEPS] = answers;
  return all;
}

function answersOf(names: readonly string[], answers: StepAnswers): JsonObject {
  const some: JsonObject = {};
  for (const name of names) some[name] = answers[name] ?? null;
  return some;
}

function picked(row: Inputs, columns: readonly string[]): JsonObject {
  const sent: JsonObject = {};
  for (const name of columns) {
    const value = own(row, name);
    if (value !== undefined) sent[name] = value;
  }
  return sent;
}

function own(row: Inputs, name: string): JsonValue | undefined {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

function answerAt(answers: StepAnswers, step: string, property: string | undefined): JsonValue | undefined {
  const answer = answers[step] ?? undefined;
  if (property === undefined || answer === undefined) return answer;
  const isObject = typeof answer === 'object' && !Array.isArray(answer);
  return isObject ? own(answer as JsonObject, property) : undefined;
}
