import type { RenderedPrompt } from '../../fabric/definition.js';
import { isJsonObject } from '../../fabric/http/json-body.js';
import { schemaInstruction } from '../../fabric/model/request-parts.js';
import type { JsonObject, JsonValue } from '../../json/json-value.js';
import { stringifyJson } from '../../json/stringify-json.js';

/**
 * The prompt that the body of a request was made of, in whichever form it was: to make it again in another one, or with
 * what was wrong with the answer. Undefined where there is none.
 *
 * @param output the fabric's schema; some forms say it behind the system text.
 * @example promptInBody({ messages: [{ role: 'user', content: 'hello' }] }, undefined) // { prompt: 'hello' }
 */
export function promptInBody(body: JsonObject, output: JsonObject | undefined): RenderedPrompt | undefined {
  const turns = [body.messages, body.contents].find(Array.isArray)?.filter(isJsonObject) ?? [];
  const question = turns.find(({ role }) => role === 'user');
  const prompt = textOf(question);
  if (prompt === undefined) return undefined;
  const files = filesIn(question);
  const said =
    textOf(turns.find(({ role }) => role === 'system')) ??
    textOf(body.system) ??
    textOf(body.systemInstruction);
  const system = said && withoutInstruction(said, output);
  return {
    prompt,
    ...(system !== undefined && system !== '' && { system }),
    ...(files.length > 0 && { files: files.map((part) => stringifyJson(part)).join() }),
  };
}

/** Of a turn (`content`, `parts`), or of what stands for one. */
function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (!isJsonObject(value)) return undefined;
  if (typeof value.content === 'string') return value.content;
  const text = partsOf(value).find(isText)?.text;
  return typeof text === 'string' ? text : undefined;
}

/** The other parts of a turn: what files the row has, in the form of their service. */
function filesIn(turn: JsonObject | undefined): readonly JsonObject[] {
  return turn === undefined ? [] : partsOf(turn).filter((part) => !isText(part));
}

function partsOf({ content, parts }: JsonObject): readonly JsonObject[] {
  return [content, parts].find(Array.isArray)?.filter(isJsonObject) ?? [];
}

function isText(part: JsonObject): boolean {
  return typeof part.text === 'string';
}

function withoutInstruction(system: string, output: JsonObject | undefined): string {
  const instruction = output && schemaInstruction(output);
  if (instruction === undefined || !system.endsWith(instruction)) return system;
  return system.slice(0, -instruction.length).replace(/\n\n$/, '');
}
