import type { LlamaDefinition, ModelDefinition, RenderedPrompt } from '../definition.js';

/** Counts the tokens of prompts before they are sent. */
export interface TokenCounter {
  /** True if the service counts the same, except for texts of hundreds of letters without a break. */
  readonly isExact: boolean;
  /** The tokens of a text alone. */
  count(text: string): number;
  /** Tokens of a request with this prompt, including the markup around its texts and the schema of answers. */
  countPrompt(prompt: RenderedPrompt): number;
}

/**
 * The counter for a fabric's model, with OpenAI's own tokenizers; other models have others, of which theirs is an
 * approximation. It takes 0.3 s and 70 MB to load.
 */
export async function tokenCounterOf(definition: ModelDefinition | LlamaDefinition): Promise<TokenCounter> {
  const countTokens = await loadTokenizer(definition.model);
  const count = (text: string) => countInParts(text, countTokens);
  const countSystem = rememberingLast(count);
  const perRequest = PRIMING_TOKENS + schemaTokens(definition, count);
  return {
    isExact: isCountedExactly(definition),
    count,
    countPrompt: ({ system, prompt }) =>
      perRequest + MESSAGE_TOKENS + count(prompt) + (system ? MESSAGE_TOKENS + countSystem(system) : 0),
  };
}

/** The counter for texts of an unknown model: its count is a rough estimate. */
export async function textTokenCounter(): Promise<(text: string) => number> {
  const countTokens = await loadTokenizer('');
  return (text) => countInParts(text, countTokens);
}

type CountTokens = (text: string) => number;

/** Most fabrics say the same to the model before every row. */
function rememberingLast(count: CountTokens): CountTokens {
  let last = '';
  let tokens = 0;
  return (text) => {
    if (text !== last) {
      tokens = count(text);
      last = text;
    }
    return tokens;
  };
}

/** GPT-4 and GPT-3.5, but not GPT-4o, GPT-4.1 and GPT-4.5; on OpenRouter they are called `openai/…`, on Azure `gpt-35-…`. */
const OLDER = /^(?:openai\/|ft:)?gpt-(?:4(?![.o])|3\.5|35)/i;

/** What a row has for text may look like a mark of the tokenizer (`<|endoftext|>`); services take it for text. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

async function loadTokenizer(model: string): Promise<CountTokens> {
  const { countTokens } = OLDER.test(model)
    ? await import('gpt-tokenizer/encoding/cl100k_base')
    : await import('gpt-tokenizer/encoding/o200k_base');
  return (text) => countTokens(text, AS_TEXT);
}

/**
 * Runs of letters, of signs or of blanks, which the tokenizer takes as one piece. Its time grows with the square of
 * a piece: 100,000 letters take 7 s, in pieces of 250 some 50 ms. A cut costs a token, or two.
 */
const ENDLESS = /[\p{L}\p{M}]{250}|[^\s\p{L}\p{N}]{250}|\s{250}/gu;

function countInParts(text: string, countTokens: CountTokens): number {
  let tokens = 0;
  let from = 0;
  for (const run of text.matchAll(ENDLESS)) {
    const to = run.index + run[0].length;
    tokens += countTokens(text.slice(from, to));
    from = to;
  }
  return tokens + countTokens(from === 0 ? text : text.slice(from));
}

/**
 * Each message has three tokens of markup and one for its role; three more begin the answer. (OpenAI's cookbook,
 * "How to count tokens with tiktoken".)
 */
const MESSAGE_TOKENS = 4;
const PRIMING_TOKENS = 3;

/** How a service puts a schema before its model is not published: the JSON of it is near. */
function schemaTokens({ output, provider }: ModelDefinition | LlamaDefinition, count: CountTokens): number {
  if (output === undefined) return 0;
  return count(JSON.stringify(provider === 'llama' ? output : { type: 'json_schema', schema: output }));
}

/** Models for which the service's own count is what this rule gives; those that think first frame prompts otherwise. */
const CHECKED = /^(?:openai\/)?(?:gpt-(?:4(?!\.5)|3\.5|35)|chatgpt-4o)/i;

/** What else goes before the model, in a form that is not published. */
const UNCOUNTED = ['tools', 'functions', 'response_format'];

function isCountedExactly(definition: ModelDefinition | LlamaDefinition): boolean {
  if (definition.provider !== 'openai' || definition.output !== undefined) return false;
  return CHECKED.test(definition.model) && !UNCOUNTED.some((name) => name in definition.parameters);
}
