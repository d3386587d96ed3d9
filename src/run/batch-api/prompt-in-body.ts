import type { RenderedPrompt } from '../../fabric/definition.js';
import { isJsonObject } from '../../fabric/http/json-body.js';
import { schemaInstruction } from '../../fabric/model/request-parts.js';
import type { JsonObject, JsonValue } from '../../json/json-value.js';

/**
 * The prompt that the body of a request was made of, in whichever form it was: to make it again in another one, or with
 * what was wrong with the answer. Undefined where there is none.
 *
 * @param output the fabric's schema; some forms say it behind the system text.
 * @example promptInBody({ messages: [{ role: 'user', content: 'hello' }] }, undefined) // { prompt: 'hello' }
 */
export function promptInBody(body: JsonObject, output: JsonObject | undefined): RenderedPrompt | undefined {
  const turns = [body.messages, body.contents].find(Array.isArray)?.filter(isJsonObject) ?? [];
  const prompt = textOf(turns.find(({ role }) => role === 'user'));
  if (prompt === undefined) return undefined;
  const said =
    textOf(turns.find(({ role }) => role === 'system')) ??
    textOf(body.system) ??
    textOf(body.systemInstruction);
  const system = said && withoutInstruction(said, output);
  return { prompt, ...(system !== undefined && system !== '' && { system }) };
}

/** Of a turn (`content`, `parts`), or of what stands for one. */
function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (!isJsonObject(value)) return undefined;
  if (typeof value.content === 'string') return value.content;
  const [part] = Array.isArray(value.parts) ? value.parts : [];
  return isJsonObject(part) && typeof part.text === 'string' ? part.text : undefined;
}

function withoutInstruction(system: string, output: JsonObject | undefined): string {
  const instruction = output && schemaInstruction(output);
  if (instruction === undefined || !system.endsWith(instruction)) return system;
  return system.slice(0, -instruction.length).replace(/\n\n$/, '');
}
