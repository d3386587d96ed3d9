import type { ModelDefinition } from '../definition.js';
import type { PictureSize } from './picture-size.js';

/** The tokens of a picture of that size. */
export type PictureTokens = (size: PictureSize) => number;

/**
 * How a model counts pictures, by the rules that services publish; undefined where there is none that is known here.
 *
 * @example pictureTokensOf({ provider: 'openai', model: 'gpt-4o' })?.({ width: 1024, height: 1024 }) // 765
 */
export function pictureTokensOf({
  provider,
  model,
  maxPixels,
}: Pick<ModelDefinition, 'provider' | 'model' | 'maxPixels'>): PictureTokens | undefined {
  const rule = RULES.find((one) => one.provider === provider && one.model.test(model))?.tokens;
  if (rule === undefined || maxPixels === undefined) return rule;
  return (size) => rule(within(size, Math.sqrt(maxPixels / (size.width * size.height))));
}

interface Rule {
  readonly provider: ModelDefinition['provider'];
  readonly model: RegExp;
  readonly tokens: PictureTokens;
}

/** The first that fits holds. Gateways put the name of a company before the model. */
const RULES: readonly Rule[] = [
  ...openai(/gpt-4o-mini/, tiles(2833, 5667)),
  ...openai(/gpt-4\.1-mini|gpt-5-mini/, patches(1.62)),
  ...openai(/gpt-4\.1-nano|gpt-5-nano/, patches(2.46)),
  ...openai(/o4-mini/, patches(1.72)),
  ...openai(/gpt-4o|gpt-4\.[15]/, tiles(85, 170)),
  ...openai(/gpt-5(?:-chat-latest|-\d{4}-\d\d-\d\d)?$/, tiles(70, 140)),
  ...openai(/o[13](?:-pro)?(?:-\d{4}-\d\d-\d\d)?$/, tiles(75, 150)),
  ...openai(/gemini-(?:1\.5|2\.\d)/, geminiTiles),
  { provider: 'anthropic', model: /claude-[a-z]+-(?:4-[7-9]|[5-9])/i, tokens: areaWithin(2_576, 4_784) },
  { provider: 'anthropic', model: /claude/i, tokens: areaWithin(1_568, 1_600) },
];

function openai(name: RegExp, tokens: PictureTokens): Rule[] {
  return [{ provider: 'openai', model: new RegExp(`^(?:[\\w-]+/)?(?:${name.source})`, 'i'), tokens }];
}

/**
 * OpenAI's older models: made to fit 2,048 pixels a side, then 768 on the shorter one, and cut into tiles of 512.
 * (developers.openai.com/api/docs/guides/images-vision, "Calculating costs", with `detail: high`)
 */
function tiles(base: number, perTile: number): PictureTokens {
  return (size) => {
    const fitting = within(size, 2_048 / Math.max(size.width, size.height));
    const { width, height } = within(fitting, 768 / Math.min(fitting.width, fitting.height));
    return base + perTile * Math.ceil(width / 512) * Math.ceil(height / 512);
  };
}

const MOST_PATCHES = 1_536;
const PATCH = 32;

/** OpenAI's smaller models: patches of 32 pixels, 1,536 at most, each so many tokens. (The same page.) */
function patches(each: number): PictureTokens {
  return ({ width, height }) => {
    const count = Math.ceil(width / PATCH) * Math.ceil(height / PATCH);
    return Math.ceil(Math.min(count, MOST_PATCHES) * each);
  };
}

/**
 * Anthropic's: a token for 750 pixels, of a picture that is made to fit first.
 * (platform.claude.com/docs/en/build-with-claude/vision, "Evaluate image size")
 */
function areaWithin(longestSide: number, most: number): PictureTokens {
  return (size) => {
    const { width, height } = within(size, longestSide / Math.max(size.width, size.height));
    return Math.min(most, Math.ceil((width * height) / 750));
  };
}

const GEMINI_TILE = 258;

/**
 * Gemini's up to 2.5: 258 for a small picture, and for each tile of a larger one.
 * (ai.google.dev/gemini-api/docs/image-understanding, "Token calculation")
 */
function geminiTiles({ width, height }: PictureSize): number {
  if (Math.max(width, height) <= 384) return GEMINI_TILE;
  const side = Math.min(768, Math.max(256, Math.floor(Math.min(width, height) / 1.5)));
  return GEMINI_TILE * Math.ceil(width / side) * Math.ceil(height / side);
}

/** A size made smaller; as it is where the scale is larger than 1. */
function within({ width, height }: PictureSize, scale: number): PictureSize {
  if (scale >= 1) return { width, height };
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
