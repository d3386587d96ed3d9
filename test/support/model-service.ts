import type { IncomingHttpHeaders } from 'node:http';
import type { SentFile } from './content-parts.js';

export type JsonRecord = Record<string, unknown>;

/** Whether an answer is whole. */
export type Finish = 'complete' | 'truncated' | 'refused';

export interface Usage {
  input: number;
  output: number;
  cached?: number;
}

/** The ways of asking for JSON that a fake service knows; what is left out, it knows. */
export interface Supports {
  jsonSchema?: boolean;
  jsonObject?: boolean;
  tools?: boolean;
}

/** A request that keeps to all rules, taken apart. */
export interface ReadRequest {
  model: string;
  system: string | undefined;
  /** The first message of the user. */
  prompt: string;
  messages: readonly { role: string; content: string }[];
  /** Those of the first message of the user. */
  files: readonly SentFile[];
  /** How it asks for JSON, if it does so outside of its texts. */
  form: 'text' | 'json-schema' | 'json-object' | 'tool';
  schema: JsonRecord | undefined;
}

/** What a service says instead of an answer. */
export interface Refusal {
  status: number;
  body: object;
}

/** One kind of model service: what it wants of requests, and what its answers look like. */
export interface ModelService {
  readonly name: 'openai' | 'anthropic';
  readonly path: string;
  /** What it says to a key or to headers that it does not take. */
  refuseHeaders(headers: IncomingHttpHeaders, apiKey: string | undefined): Refusal | undefined;
  /** The request, or what the service says to one that breaks its rules. */
  read(body: JsonRecord, supports: Supports): ReadRequest | Refusal;
  unknownModel(model: string): Refusal;
  answer(request: ReadRequest, answer: string | object, finish: Finish, usage: Usage | undefined): object;
}

/** A message of a request. */
export interface ReadMessage {
  readonly role: string;
  readonly content: string;
  readonly files: readonly SentFile[];
}

/** The texts of messages, without their files. */
export function withoutFiles(messages: readonly ReadMessage[]): ReadRequest['messages'] {
  return messages.map(({ role, content }) => ({ role, content }));
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a service's reading throws at a rule that is broken; `read` makes a refusal of it. */
export class BrokenRule extends Error {
  constructor(
    message: string,
    readonly param: string | null = null,
    readonly code: string | null = null,
  ) {
    super(message);
  }
}
