/** The parts of a service's refusal that the gateway before it passes on. */
export interface GatewayWords {
  /** The classes and codes it names. */
  readonly codes: readonly string[];
  /** The service's own words; empty where the text is not a gateway's. */
  readonly message: string;
}

const NOTHING: GatewayWords = { codes: [], message: '' };

/**
 * Unwraps LiteLLM's errors: `litellm.RateLimitError: RateLimitError: OpenAIException - Error code: 429 -
 * {'error': {'message': '…', 'code': 'insufficient_quota'}}`, where the last part is JSON, a Python dict or plain text.
 */
export function gatewayWordsIn(message: string): GatewayWords {
  if (!message.startsWith('litellm.')) return NOTHING;
  const wrapping = /^(?:(?:litellm\.)?\w{1,60}(?:Error|Exception|Timeout): ){1,6}(?:\w{1,60} - )?/.exec(
    message,
  )?.[0];
  if (wrapping === undefined) return NOTHING;
  const classes = wrapping.match(/\w+(?=: )/g) ?? [];
  const inside = message.slice(wrapping.length).replace(/^Error code: \d{3} - /, '');
  if (!inside.startsWith('{') && !inside.startsWith('b')) return { codes: classes, message: inside };
  const codes = [...inside.matchAll(/['"](?:code|type|error_code)['"]: ?['"](\w{1,100})['"]/g)];
  const words = /['"]message['"]: ?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/.exec(inside);
  return {
    codes: [...classes, ...codes.map(([, code = '']) => code)],
    message: words?.[1] ?? words?.[2] ?? '',
  };
}
