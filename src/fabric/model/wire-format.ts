import type { JsonObject, JsonValue } from '../../rows/row.js';
import type { ModelDefinition, RenderedPrompt } from '../definition.js';
import type { Answer, Repair, TokenUsage } from '../fabric.js';

/** How a kind of model service is spoken to. It holds no state; a fabric asks it once for the forms of its requests. */
export interface WireFormat {
  /** Comes behind the base URL's own path. */
  readonly path: string;
  /** What an answer may have at most where the fabric does not say. */
  readonly defaultMaxTokens?: (definition: ModelDefinition) => number;
  /** The headers that are its own, the key's among them: names and values in turn. */
  headers(apiKey: string | undefined, host: string, definition: ModelDefinition): readonly string[];
  /**
   * The forms that a request may have, the best first. There are several only where answers have a schema.
   *
   * @throws CallError `misconfigured` for parameters that are not for a fabric to set.
   */
  forms(definition: ModelDefinition): RequestForms;
  /** What the body of a 200 says. */
  read(body: JsonObject): ModelAnswer;
}

export type RequestForms = readonly [RequestForm, ...RequestForm[]];

/** One form of the requests of a fabric. Whatever is the same in all of them is made once. */
export interface RequestForm {
  readonly name:
    | 'text'
    | 'json-schema'
    | 'json-schema-without-patterns'
    | 'json-object'
    | 'tool'
    | 'prompt-only';
  /** A service that does not know the form speaks of one of these; there is none for what every service knows. */
  readonly wordsOfRefusal?: RegExp;
  /** The body of a request. */
  body(prompt: RenderedPrompt, repair?: Repair): string;
}

/** What a model said. */
export type ModelAnswer =
  | (ModelEnd & {
      readonly end: 'complete' | 'truncated';
      /** Text, or the object that a tool was called with; undefined where nothing is there. */
      readonly answer: Answer | undefined;
    })
  /** Refused, or ended for a reason that leaves no answer. */
  | (ModelEnd & { readonly end: 'refused' })
  | (ModelEnd & { readonly end: 'broken' })
  /** A gateway wrapped a refusal into its 200. */
  | { readonly end: 'error'; readonly error: JsonValue };

interface ModelEnd {
  /** As the service calls the reason for the end. */
  readonly reason: string;
  readonly usage: TokenUsage | undefined;
  /** The model that the service names. */
  readonly model: string | undefined;
}
