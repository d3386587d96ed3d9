import type { Answer } from '../fabric.js';
import { parseExactObject } from '../http/json-body.js';
import type { WireFormat } from './wire-format.js';

/**
 * An answer with all digits of its numbers. One that is an object was read from its body with JavaScript's numbers, as
 * what the service says of itself is; a text has its digits.
 */
export function withDigits(answer: Answer, body: string, wire: WireFormat): Answer {
  if (typeof answer === 'string') return answer;
  const said = wire.read(parseExactObject(body) ?? {});
  return 'answer' in said && said.answer !== undefined ? said.answer : answer;
}
