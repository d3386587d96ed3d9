import * as z from 'zod';
import { STEP_FIELDS } from '../../src/fabric/file/chain-fields.js';
import { FABRIC_FIELDS } from '../../src/fabric/file/fabric-fields.js';
import { PROVIDER_RULES } from '../../src/fabric/file/field-rules.js';
import { PART, SCHEMA_TYPES, TYPES } from '../../src/fabric/file/short-output.js';

/**
 * docs/reference/fabric-file.schema.json: what editors know of fabric files. It says of each field what it can be, and
 * of each provider which fields it needs and has no use for; `batchai fabrics check` knows more (templates, prices).
 *
 * Draft 7, which every editor reads. (https://json-schema.org/draft-07)
 */
export function fabricSchema(): object {
  const { required, ...fields } = z.toJSONSchema(FABRIC_FIELDS, {
    target: 'draft-7',
    unrepresentable: 'any',
  });
  const { output, ...others } = fields.properties ?? {};
  const properties = { ...others, output: { ...(typeof output === 'object' ? output : {}), ...OUTPUT } };
  return {
    $schema: fields.$schema,
    title: 'A fabric file of batchai',
    ...fields,
    properties: { ...properties, steps: STEPS },
    definitions: { ...SHORT_OUTPUT, step: stepSchema(properties) },
    allOf: [
      // biome-ignore lint/suspicious/noThenProperty: JSON schema calls it so
      { if: HAS_STEPS, then: { properties: NOT_BESIDE_STEPS }, else: { required } },
      ...providerRules(({ required }) => required),
    ],
  };
}

const HAS_STEPS = { required: ['steps'] };

const STEPS = {
  description:
    'Fabrics that are asked about each row in turn; each may use the answers before it: {{ steps.<name> }}. What stands beside them holds for each that states nothing else.',
  type: 'array',
  minItems: 1,
  items: { $ref: '#/definitions/step' },
};

const NOT_BESIDE_STEPS = Object.fromEntries(
  ['prompt', 'output', 'fabricId', 'batchApi'].map((name) => [
    name,
    { not: {}, description: 'Not here: each step has its own.' },
  ]),
);

/** What a provider needs, where there are no steps, and has no use for. */
function providerRules(neededBy: (rules: (typeof PROVIDER_RULES)[string]) => readonly string[]) {
  return Object.entries(PROVIDER_RULES).map(([provider, rules]) => ({
    if: { properties: { provider: { const: provider } }, required: ['provider'], not: HAS_STEPS },
    // biome-ignore lint/suspicious/noThenProperty: JSON schema calls it so
    then: {
      required: neededBy(rules),
      properties: Object.fromEntries(
        Object.entries(rules.refused).map(([name, why]) => [
          name,
          { not: {}, description: `Not here: ${why}.` },
        ]),
      ),
    },
  }));
}

/** A step may have what it needs from the fields beside all steps. */
function stepSchema(properties: object): object {
  const { properties: own, required } = z.toJSONSchema(z.strictObject(STEP_FIELDS), {
    target: 'draft-7',
    unrepresentable: 'any',
  });
  return {
    type: 'object',
    properties: { ...properties, ...own },
    required,
    additionalProperties: false,
    allOf: providerRules(() => []),
  };
}

/** Which form an `output` has decides what is wrong with it. */
const OUTPUT = {
  if: {
    anyOf: [
      { required: ['type'], properties: { type: { enum: SCHEMA_TYPES } } },
      { required: ['properties'], properties: { properties: { type: 'object' } } },
    ],
  },
  // biome-ignore lint/suspicious/noThenProperty: JSON schema calls it so
  then: {
    required: ['type', 'properties'],
    properties: { type: { const: 'object' }, properties: { type: 'object', minProperties: 1 } },
  },
  else: { $ref: '#/definitions/parts' },
};

/** The short form, as `src/fabric/file/short-output.ts` reads it. */
const SHORT_OUTPUT = {
  parts: {
    description:
      'The parts of an object: name, name? for one that may be left out, name (a description), each with its type.',
    type: 'object',
    minProperties: 1,
    propertyNames: { pattern: PART.source },
    additionalProperties: { $ref: '#/definitions/type' },
  },
  type: {
    description: `${TYPES.join(', ')}; [this, that] for one of these; [string] for a list; { name: string } for an object.`,
    anyOf: [
      { enum: TYPES },
      {
        type: 'array',
        minItems: 2,
        uniqueItems: true,
        anyOf: [{ items: { type: 'string', not: { enum: TYPES } } }, { items: { type: 'number' } }],
      },
      { type: 'array', minItems: 1, maxItems: 1, items: { $ref: '#/definitions/type' } },
      { $ref: '#/definitions/parts' },
    ],
  },
};
