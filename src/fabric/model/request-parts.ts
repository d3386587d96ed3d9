import { jsonOfText } from '../../json/json-text.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { JsonObject } from '../../rows/row.js';
import { CallError } from '../call-error.js';
import type { RenderedPrompt } from '../definition.js';
import type { Repair } from '../fabric.js';

/**
 * The turns of a conversation, as JSON without the brackets: the prompt, and, where an answer is to be
 * repaired, that answer and what was wrong with it.
 */
export type TurnsJson = (prompt: RenderedPrompt, repair: Repair | undefined) => string;

/**
 * @param schema said with a repair: the service may never have shown it to the model
 * @param order where files stand: services say which they understand better
 */
export function turnsJson(schema: JsonObject | undefined, order: 'text, files' | 'files, text'): TurnsJson {
  const complaint = repairComplaint(schema);
  return ({ prompt, files }, repair) => {
    const text = jsonOfText(prompt);
    const content =
      files === undefined ? text : `[${inOrder(`{"type":"text","text":${text}}`, files, order)}]`;
    const question = `{"role":"user","content":${content}}`;
    if (repair === undefined) return question;
    return [
      question,
      `{"role":"assistant","content":${JSON.stringify(repair.answer)}}`,
      `{"role":"user","content":${JSON.stringify(complaint(repair))}}`,
    ].join(',');
  };
}

function inOrder(text: string, files: string, order: 'text, files' | 'files, text'): string {
  return order === 'text, files' ? `${text},${files}` : `${files},${text}`;
}

/** The message to a model about a rejected answer. */
export function repairComplaint(schema: JsonObject | undefined): (repair: Repair) => string {
  const wanted =
    schema === undefined ? '.' : `: one object that matches this JSON schema.\n${JSON.stringify(schema)}`;
  return ({ problem }) =>
    `That answer cannot be used: ${problem}. Answer again, with the corrected JSON and nothing else${wanted}`;
}

/** A system text and the instruction that follows it, as JSON; mostly the same from call to call, and then kept. */
export class SystemJson {
  #text: string | undefined;
  #json: string | undefined;

  constructor(private readonly instruction?: string) {
    this.#json = this.#jsonOf(undefined);
  }

  /** Undefined where there is nothing to say. */
  of(text: string | undefined): string | undefined {
    if (text !== this.#text) {
      this.#text = text;
      this.#json = this.#jsonOf(text);
    }
    return this.#json;
  }

  #jsonOf(text: string | undefined): string | undefined {
    const parts = [text, this.instruction].filter((part) => part !== undefined && part !== '');
    return parts.length === 0 ? undefined : JSON.stringify(parts.join('\n\n'));
  }
}

/** The instruction to a model whose service does not take the schema. */
export function schemaInstruction(schema: JsonObject): string {
  return `Answer with JSON only: one object that matches this JSON schema, with nothing before or after it.\n${JSON.stringify(schema)}`;
}

/** The fields of an object as JSON, each with a comma before it, to follow others. */
export function fieldsJson(fields: JsonObject): string {
  return Object.entries(fields)
    .map(([name, value]) => `,${JSON.stringify(name)}:${stringifyJson(value)}`)
    .join('');
}

/**
 * Refuses parameters that belong to the request itself. `stream: false` may stay: it is the default.
 *
 * @throws CallError `misconfigured` for such a parameter.
 */
export function refuseParameters(parameters: JsonObject, reserved: readonly string[]): void {
  const isIdle = (name: string) => name === 'stream' && parameters.stream === false;
  const wrong = reserved.find((name) => name in parameters && !isIdle(name));
  if (wrong === undefined) return;
  throw new CallError('misconfigured', `parameters: "${wrong}" cannot be set there: leave it out`);
}

const LONGEST_NAME = 64;

/** A fabric's name in the form that services accept for a schema or a tool. */
export function schemaName(name: string): string {
  const fitting = name.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, LONGEST_NAME);
  return /[A-Za-z0-9]/.test(fitting) ? fitting : 'answer';
}
