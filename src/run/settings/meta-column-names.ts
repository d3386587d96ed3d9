import { didYouMean } from '../../fabric/prompt/nearest-name.js';
import { OptionError } from './option-parsers.js';

/** The columns about the calls of each row, in the order in which they stand behind the answer's. */
export const META_COLUMNS = [
  'ai_model',
  'ai_tokens_in',
  'ai_tokens_out',
  'ai_cost',
  'ai_latency_ms',
  'ai_tier',
  'ai_error',
] as const;

export type MetaColumn = (typeof META_COLUMNS)[number];

/** What a person calls them: `tokens` are two. */
const BY_NAME: Readonly<Record<string, readonly MetaColumn[]>> = {
  model: ['ai_model'],
  tokens: ['ai_tokens_in', 'ai_tokens_out'],
  cost: ['ai_cost'],
  latency: ['ai_latency_ms'],
  tier: ['ai_tier'],
  error: ['ai_error'],
  ...Object.fromEntries(META_COLUMNS.map((column) => [column, [column]])),
};

/**
 * `error`, `model,cost`, or the columns' own names.
 *
 * @throws OptionError
 */
export function parseMetaColumns(names: readonly string[]): readonly MetaColumn[] {
  return names.flatMap((text) => {
    const name = text.trim();
    const columns = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
    if (columns !== undefined) return columns;
    throw new OptionError(
      `--meta-columns: wanted model, tokens, cost, latency, tier, error, or none for all, got "${name}"${didYouMean(name, Object.keys(BY_NAME))}`,
    );
  });
}
