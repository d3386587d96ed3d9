import type { Answer } from '../fabric.js';
import { parseExactObject } from '../http/json-body.js';
import type { WireFormat } from './wire-format.js';

/**
 * An answer with all digits of its numbers. An answer that is an object was parsed with JavaScript's numbers, like
 * the rest of its body; a text has its digits.
 */
export function withDigits(answer: Answer, body: string, wire: WireFormat): Answer {
  if (typeof answer === 'string') return answer;
  const said = wire.read(parseExactObject(body) ?? {});
  return 'answer' in said && said.answer !== undefined ? said.answer : answer;
}
