import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { ModelDefinition } from '../../../src/fabric/definition.js';
import { readFabricFile } from '../../../src/fabric/file/read-fabric-file.js';
import { compilePrompt, unknownColumns } from '../../../src/fabric/prompt/compile-prompt.js';
import { ExactNumber } from '../../../src/json/exact-number.js';
import type { JsonObject, JsonValue } from '../../../src/rows/row.js';

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'fixtures');

/** Each fabric, the file that it is for, and what its prompt says of that file's first row. */
const FABRICS: readonly [fabric: string, input: string, said: string[]][] = [
  [
    'product-description',
    'products.csv',
    [
      'Product: Cast-iron skillet 26 cm\nCategory: Kitchen\n',
      'Ships in two boxes if ordered with the lid.',
      'A heavy pan that',
    ],
  ],
  ['picture-caption', 'pictures/products.csv', ['for this photo of "Red lamp".']],
  [
    'ticket-class',
    'tickets.jsonl',
    [
      "Channel: email\nSubject: Parcel shows as delivered but isn't here\nTags: delivery, missing\n\nThe tracking page",
    ],
  ],
  [
    'review-facts',
    'reviews.csv',
    ['<review stars="5 of 5">\n<title>Love them</title>\nAbsolutely wonderful towels.'],
  ],
  [
    'translation',
    'cities.tsv',
    [
      'in Lisbon speak. Where',
      'call their city Lisboa',
      'Lisbon: yellow trams, tiled fronts and steep lanes.',
    ],
  ],
  ['moderation-score', 'reviews.csv', ['Title: Love them\nReview: Absolutely wonderful towels.']],
];

describe('the fabric files among the fixtures', () => {
  it('are these', () => {
    const files = readdirSync(join(FIXTURES, 'fabrics')).filter((name) => name.endsWith('.yaml'));

    expect(files.sort()).toEqual(
      [...FABRICS.map(([fabric]) => `${fabric}.yaml`), 'ticket-steps.yaml'].sort(),
    );
  });

  it.each(FABRICS)('%s fits %s', async (fabric, input, said) => {
    const rows = rowsOf(input);
    const compiled = compilePrompt(await modelFabric(fabric));

    const { prompt } = compiled.render(rows[0] ?? {});

    expect(unknownColumns(compiled, Object.keys(rows[0] ?? {}))).toEqual([]);
    for (const text of said) expect(prompt).toContain(text);
    for (const row of rows) {
      const texts = Object.values(compiled.render(row)).join('\n');
      expect(texts).not.toMatch(/\[object|undefined|\{\{|\{%|\n\n\n/);
    }
  });

  it('have limits, parameters and a system text', async () => {
    for (const [fabric] of FABRICS) {
      const definition = await modelFabric(fabric);

      expect(definition.limits).toEqual({ requests: expect.any(String), tokens: expect.any(Number) });
      const { max_tokens: most, max_completion_tokens: mostCompletion } = definition.parameters;
      expect(mostCompletion ?? most).toEqual(expect.any(Number));
      expect(definition.system).toBeTruthy();
    }
  });

  it("have schemas that OpenAI's strict mode takes", async () => {
    const definitions = await Promise.all(FABRICS.map(([fabric]) => modelFabric(fabric)));
    const schemas = definitions.flatMap(({ output }) => (output === undefined ? [] : [output]));

    expect(schemas).toHaveLength(3);
    for (const schema of schemas) expectStrict(schema);
  });

  it('include a file where several could', async () => {
    const { partials } = await modelFabric('product-description');

    expect(Object.keys(partials)).toEqual(['tone.liquid']);
  });
});

async function modelFabric(name: string): Promise<ModelDefinition> {
  const definition = await readFabricFile(join(FIXTURES, 'fabrics', `${name}.yaml`));
  if (definition.provider !== 'openai' && definition.provider !== 'anthropic') {
    throw new Error(`wanted a model, got ${definition.provider}`);
  }
  return definition;
}

function rowsOf(file: string): JsonObject[] {
  const text = readFileSync(join(FIXTURES, file), 'utf8');
  if (file.endsWith('.jsonl')) {
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JsonObject);
  }
  return parse(text, { columns: true, bom: true, delimiter: file.endsWith('.tsv') ? '\t' : ',' });
}

/** Every object has all its properties required, and no others. */
function expectStrict(schema: JsonValue | undefined): void {
  if (typeof schema !== 'object' || schema === null) return;
  if (!Array.isArray(schema) && !(schema instanceof ExactNumber) && schema.type === 'object') {
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toEqual(Object.keys(schema.properties ?? {}));
  }
  Object.values(schema).forEach(expectStrict);
}
