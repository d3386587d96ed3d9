import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { calcPrice } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { blocksOf, DOCUMENTS } from '../../support/documents.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

interface Example {
  readonly place: string;
  readonly provider: string;
  readonly model: string;
  readonly price: unknown;
}

const FOLDERS = ['fixtures/fabrics', 'test/bench/fabrics'];

/** The fabric files that a reader may copy: the fixtures, those of the benchmarks, and the documentation's YAML. */
const EXAMPLES: readonly Example[] = [
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => ({ place: `${folder}/${name}`, text: readFileSync(join(ROOT, folder, name), 'utf8') })),
  ),
  ...[...DOCUMENTS].flatMap(([path, page]) =>
    blocksOf(page)
      .filter(({ language }) => language === 'yaml')
      .map(({ lines }, index) => ({ place: `${path}, block ${index + 1}`, text: lines.join('\n') })),
  ),
].flatMap(({ place, text }) => {
  const { provider, model, price } = parse(text) ?? {};
  const isOfService = provider === 'openai' || provider === 'anthropic';
  return isOfService && typeof model === 'string' ? [{ place, provider, model, price }] : [];
});

/** Models whose end is announced, by the services' lists of deprecations, as of November 2026. */
const ENDING: readonly RegExp[] = [
  // OpenAI: until 2026-12-11, 2027-01-14 and 2027-04-01
  /^(?:o\d|gpt-3\.5|gpt-4|gpt-4o|gpt-4\.1|gpt-5|gpt-5\.1)(?:-|$)/,
  /^gpt-5\.4-nano/,
  // Anthropic: until 2026-11-30 and 2027-01-22
  /^claude-(?:sonnet-4-5|opus-4(?:-[0-5])?|sonnet-4|[123])(?:-|$)/,
  // Google: swapped for others since 2026-12-01
  /^(?:models\/)?gemini-(?:1|2)\./,
];

describe('the model of an example', () => {
  it('is looked for in all of them', () => {
    expect(EXAMPLES.map(({ place }) => place)).toEqual(
      expect.arrayContaining([
        'fixtures/fabrics/translation.yaml',
        'test/bench/fabrics/openai.yaml',
        'README.md, block 1',
        'docs/cost.md, block 1',
      ]),
    );
  });

  it.each(EXAMPLES)('of $place, $model, lives on', ({ model }) => {
    expect(ENDING.filter((pattern) => pattern.test(model))).toEqual([]);
  });

  it.each(EXAMPLES)(
    'of $place, $model, has a price, and is not called deprecated',
    ({ provider, model, price }) => {
      const listed = calcPrice({ input_tokens: 1 }, model, { providerId: provider });

      expect(listed?.model.deprecated ?? false).toBe(false);
      expect(price !== undefined || listed !== null, `no price of ${model}: state one`).toBe(true);
    },
  );
});
