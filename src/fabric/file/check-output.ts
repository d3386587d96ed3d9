import type { JsonObject } from '../../rows/row.js';
import { answerCheck } from '../answer/answer-schema.js';
import { unmatchablePlaces } from '../answer/unmatchable-schema.js';
import type { FieldProblem } from './check-parameters.js';
import { shown, valueAt } from './field-value.js';

/** The problems of the answers' schema. */
export function outputProblems(output: JsonObject): FieldProblem[] {
  if (output.type !== 'object') {
    const got = shown(output.type);
    return [{ path: ['output', 'type'], text: `wanted "object", got ${got}: an answer has named parts` }];
  }
  const { properties } = output;
  const isObject = typeof properties === 'object' && properties !== null && !Array.isArray(properties);
  if (!isObject || Object.keys(properties).length === 0) {
    const got = isObject ? 'none' : shown(properties);
    return [
      { path: ['output', 'properties'], text: `wanted the parts of an answer by their names, got ${got}` },
    ];
  }
  try {
    answerCheck(output);
    return unmatchablePlaces(output).map(({ path, text }) => ({ path: ['output', ...path], text }));
  } catch (error) {
    return [problemOf(output, error instanceof Error ? error.message : String(error))];
  }
}

/** ajv says where by a JSON pointer: `data/properties/score/type must be equal to one of the allowed values`. */
function problemOf(output: JsonObject, message: string): FieldProblem {
  const [, pointer, reason] = /\bdata(\/.*?) (must .*?)(?:, data[/ ]|$)/.exec(message) ?? [];
  if (pointer === undefined || reason === undefined) return { path: ['output'], text: message };
  const path = pointer.slice(1).split('/').map(unescapePointer);
  return { path: ['output', ...path], text: `${reason}, got ${shown(valueAt(output, path))}` };
}

/** RFC 6901, 4 */
function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
