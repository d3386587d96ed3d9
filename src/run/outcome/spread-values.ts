import { objectOfAnswer } from '../../fabric/answer/object-in-text.js';
import type { Answer } from '../../fabric/fabric.js';
import type { JsonValue } from '../../rows/row.js';
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
  return columns.map(({ property }) => (Object.hasOwn(object, property) ? object[property] : undefined));
}
