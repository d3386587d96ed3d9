import type { ModelDefinition } from '../definition.js';
import { anthropicMessages } from './anthropic-messages.js';
import { openaiChat } from './openai-chat.js';
import type { WireFormat } from './wire-format.js';

/** The address of a fabric's requests, and the parts that all of them share. */
export interface ModelEndpoint {
  readonly wire: WireFormat;
  /** Scheme, host and port. */
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  /** Names and values in turn; the value of the last, the Idempotency-Key, is each call's own. */
  readonly headers: readonly string[];
}

const WIRE_FORMATS: Readonly<Record<ModelDefinition['provider'], WireFormat>> = {
  openai: openaiChat,
  anthropic: anthropicMessages,
};

export function modelEndpoint(definition: ModelDefinition, apiKey: string | undefined): ModelEndpoint {
  const wire = WIRE_FORMATS[definition.provider];
  const url = new URL(definition.baseUrl);
  return {
    wire,
    origin: url.origin,
    // Azure's api-version is in the base's query, which follows the whole path.
    path: `${url.pathname.replace(/\/+$/, '')}${wire.path}${url.search}`,
    headers: [
      ...wire.headers(apiKey, url.hostname, definition),
      ...['content-type', 'application/json', 'accept', 'application/json', 'user-agent', 'batchai'],
      ...['idempotency-key', ''],
    ],
  };
}
