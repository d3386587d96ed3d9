import type { LlamaDefinition, ModelDefinition, RenderedPrompt } from '../definition.js';

/** The tokens of texts, one number each; undefined where one could not be counted. */
export type CountTexts = (texts: readonly string[]) => Promise<readonly (number | undefined)[]>;

/** Counts the tokens of prompts before they are sent. */
export interface TokenCounter {
  /** True if the service counts the same, except for texts of hundreds of letters without a break. */
  readonly isExact: boolean;
  /** Tokens of a request with each prompt, including the markup around its texts and the schema of answers. */
  countPrompts(prompts: readonly RenderedPrompt[]): Promise<readonly (number | undefined)[]>;
}

/**
 * Opens the counter for a fabric's model. It uses OpenAI's tokenizers, which approximate those of other models.
 *
 * @param countTexts counts with the encoding of the model
 * @example
 * const counter = await tokenCounterOf(definition, countTexts);
 * const [tokens] = await counter.countPrompts([{ prompt: 'Hello!' }]);
 */
export async function tokenCounterOf(
  definition: ModelDefinition | LlamaDefinition,
  countTexts: CountTexts,
): Promise<TokenCounter> {
  const perRequest = PRIMING_TOKENS + (await schemaTokens(definition, countTexts));
  // Most fabrics say the same to the model before every row.
  let systemTokens = new Map<string, number | undefined>([['', 0]]);
  return {
    isExact: isCountedExactly(definition),
    async countPrompts(prompts) {
      const systems = [...new Set(prompts.map(({ system = '' }) => system))];
      const known = systemTokens;
      const fresh = systems.filter((system) => !known.has(system));
      const counts = await countTexts([...prompts.map(({ prompt }) => prompt), ...fresh]);
      const found = new Map(fresh.map((system, index) => [system, counts[prompts.length + index]]));
      const tokensOf = (system: string) => (known.has(system) ? known.get(system) : found.get(system));
      if (fresh.length > 0) systemTokens = new Map([['', 0], ...found]);
      return prompts.map(({ system = '' }, index) => {
        const [ofPrompt, ofSystem] = [counts[index], tokensOf(system)];
        if (ofPrompt === undefined || ofSystem === undefined) return undefined;
        return perRequest + MESSAGE_TOKENS + ofPrompt + (system === '' ? 0 : MESSAGE_TOKENS + ofSystem);
      });
    },
  };
}

/**
 * Each message has three tokens of markup and one for its role; three more begin the answer. (OpenAI's cookbook,
 * "How to count tokens with tiktoken".)
 */
const MESSAGE_TOKENS = 4;
const PRIMING_TOKENS = 3;

/** Services do not publish how they show a schema to the model; the tokens of its JSON come close. */
async function schemaTokens(
  { output, provider }: ModelDefinition | LlamaDefinition,
  countTexts: CountTexts,
): Promise<number> {
  if (output === undefined) return 0;
  const schema = provider === 'llama' ? output : { type: 'json_schema', schema: output };
  const [tokens = 0] = await countTexts([JSON.stringify(schema)]);
  return tokens;
}

/** Models for which the service's own count is what this rule gives; those that think first frame prompts otherwise. */
const CHECKED = /^(?:openai\/)?(?:gpt-(?:4(?!\.5)|3\.5|35)|chatgpt-4o)/i;

/** What else goes before the model, in a form that is not published. */
const UNCOUNTED = ['tools', 'functions', 'response_format'];

function isCountedExactly(definition: ModelDefinition | LlamaDefinition): boolean {
  if (definition.provider !== 'openai' || definition.output !== undefined) return false;
  return CHECKED.test(definition.model) && !UNCOUNTED.some((name) => name in definition.parameters);
}
