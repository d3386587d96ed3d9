import type { JsonObject, JsonValue } from '../../rows/row.js';
import type { FilePart } from '../attachments/file-parts.js';
import type { ModelDefinition, RenderedPrompt } from '../definition.js';
import type { Answer, Repair, TokenUsage } from '../fabric.js';

/** The protocol of a kind of model service. It is stateless; a fabric asks once for the forms of its requests. */
export interface WireFormat {
  /** Appended to the base URL's path. */
  readonly path: string;
  /** The most tokens of an answer where the fabric sets no limit. */
  readonly defaultMaxTokens?: (definition: ModelDefinition) => number;
  /** The protocol's own headers, with the key: names and values in turn. */
  headers(apiKey: string | undefined, host: string, definition: ModelDefinition): readonly string[];
  /**
   * The forms that a request may have, the best first. There are several only where answers have a schema.
   *
   * @throws CallError `misconfigured` for parameters that are not for a fabric to set.
   */
  forms(definition: ModelDefinition): RequestForms;
  /** A file as a part of the prompt's content. */
  readonly filePart: FilePart;
  /** Reads the body of a 200. */
  read(body: JsonObject): ModelAnswer;
}

export type RequestForms = readonly [RequestForm, ...RequestForm[]];

/** One form of a fabric's requests. The parts that all requests share are made once. */
export interface RequestForm {
  readonly name:
    | 'text'
    | 'json-schema'
    | 'json-schema-without-patterns'
    | 'json-object'
    | 'tool'
    | 'prompt-only';
  /** Words in the refusal of a service that does not know the form; empty for a form that every service knows. */
  readonly wordsOfRefusal?: RegExp;
  /** The body of a request; where it has files, with a gap for the base64 of each. */
  body(prompt: RenderedPrompt, repair?: Repair): string;
}

/** A model's answer. */
export type ModelAnswer =
  | (ModelEnd & {
      readonly end: 'complete' | 'truncated';
      /** Text, or the input of a tool; undefined where there is neither. */
      readonly answer: Answer | undefined;
    })
  /** Refused, or ended for a reason that leaves no answer. */
  | (ModelEnd & { readonly end: 'refused' })
  | (ModelEnd & { readonly end: 'broken' })
  /** A gateway wrapped a refusal into its 200. */
  | { readonly end: 'error'; readonly error: JsonValue };

interface ModelEnd {
  /** The finish reason in the service's words. */
  readonly reason: string;
  readonly usage: TokenUsage | undefined;
  /** The model that the service names. */
  readonly model: string | undefined;
}
