import { parsePlainJson } from '../../json/parse-json.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { gatewayWordsIn } from './gateway-words.js';
import { isJsonObject } from './json-body.js';

/**
 * The most characters of a service's text that are searched. Expressions that look for words take time with the square of
 * a text that is hostile or malformed: a whole page of HTML took minutes.
 */
export const LOOKED_AT = 4_000;

/** A code is a word. */
const LONGEST_CODE = 200;

/** A service's words about its refusal, from anywhere in the body, each cut to LOOKED_AT. */
export interface RefusalWords {
  /** Codes and types, as texts. */
  readonly codes: readonly string[];
  /** For people. */
  readonly message: string;
  /** The words of the service behind a gateway, where the message wraps them. */
  readonly inner: string;
  /** It came as JSON. */
  readonly isJson: boolean;
  /** The parameter that was wrong. */
  readonly param: string;
  /** The words of the service behind a gateway, unchanged. */
  readonly upstream: string;
  /** OpenRouter's reasons for holding back a request or an answer. */
  readonly isFlagged: boolean;
}

/**
 * Finds the words in a body: at its top level (Mistral), under `error` (all others), that in a list (Gemini's
 * OpenAI-compatible API), as `detail` (FastAPI: vLLM, Mistral), as text under `error` (Ollama), or no JSON at all.
 */
export function refusalWordsIn(body: string): RefusalWords {
  const top = topOf(body);
  if (top === undefined) {
    const message = body.slice(0, LOOKED_AT);
    return { codes: [], message, inner: '', isJson: false, param: '', upstream: '', isFlagged: false };
  }
  const error = isJsonObject(top.error) ? top.error : top;
  const metadata = isJsonObject(error.metadata) ? error.metadata : {};
  const candidates = [error.message, top.message, top.error, top.detail, error.detail].map(textOf);
  const message = (candidates.find((text) => text !== undefined) ?? '').slice(0, LOOKED_AT);
  const gateway = gatewayWordsIn(message);
  return {
    codes: [...codesOf(error, top, metadata), ...gateway.codes].filter((code) => code.length <= LONGEST_CODE),
    message,
    inner: gateway.message,
    isJson: true,
    param: typeof error.param === 'string' ? error.param.slice(0, LOOKED_AT) : '',
    upstream: typeof metadata.raw === 'string' ? metadata.raw.slice(0, LOOKED_AT) : '',
    isFlagged: Array.isArray(metadata.reasons) || typeof metadata.flagged_input === 'string',
  };
}

function topOf(body: string): JsonObject | undefined {
  let value: JsonValue | undefined;
  try {
    value = parsePlainJson(body);
  } catch {
    return undefined;
  }
  if (Array.isArray(value)) value = value[0];
  return isJsonObject(value) ? value : undefined;
}

function codesOf(error: JsonObject, top: JsonObject, metadata: JsonObject): string[] {
  const details = isJsonObject(error.details) ? error.details : {};
  const inner = isJsonObject(error.innererror) ? error.innererror : {};
  // Google's details are a list; the reason is in one of them.
  const reasons = Array.isArray(error.details)
    ? error.details.map((detail) => (isJsonObject(detail) ? detail.reason : undefined))
    : [];
  return [
    ...[error.code, error.type, error.status, details.error_code, inner.code, metadata.error_type],
    ...[top.code, top.type, ...reasons],
  ].filter((code) => typeof code === 'string');
}

/** A text, or FastAPI's list of faults by field; never a field's value, which may be a row's. */
function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (isJsonObject(value)) return textOf(value.detail);
  if (!Array.isArray(value)) return undefined;
  const problems = value.filter(isJsonObject).map(({ loc, msg }) => {
    const place = Array.isArray(loc) ? loc.join('.') : '';
    return [place, msg].filter((part) => typeof part === 'string' && part !== '').join(': ');
  });
  return problems.length === 0 ? undefined : problems.join('; ');
}
