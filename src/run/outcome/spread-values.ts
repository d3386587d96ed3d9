import { objectOfAnswer } from '../../fabric/answer/object-in-text.js';
import type { Answer } from '../../fabric/fabric.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import type { AnswerColumn } from '../plan/columns.js';

/**
 * What goes into the columns over which an answer is spread. An answer that is no object, and no text that
 * holds one, has nothing for them; nor has one without the property.
 */
export function answerFields(
  answer: Answer,
  columns: readonly AnswerColumn[],
): readonly (JsonValue | undefined)[] {
  const found = objectOfAnswer(answer);
  if (found.kind === 'problem') return [];
  const { object } = found;
  return columns.map(({ step, property }) => {
    const holder = step === undefined ? object : objectOf(own(object, step));
    return holder && own(holder, property);
  });
}

function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The answer of a step as an object; undefined where it is none. */
function objectOf(answer: JsonValue | undefined): JsonObject | undefined {
  if (answer === undefined) return undefined;
  const found = objectOfAnswer(answer);
  return found.kind === 'problem' ? undefined : found.object;
}
