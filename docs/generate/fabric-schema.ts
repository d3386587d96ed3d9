import * as z from 'zod';
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
  const fields = z.toJSONSchema(FABRIC_FIELDS, { target: 'draft-7', unrepresentable: 'any' });
  const { output, ...properties } = fields.properties ?? {};
  return {
    $schema: fields.$schema,
    title: 'A fabric file of batchai',
    ...fields,
    properties: { ...properties, output: { ...(typeof output === 'object' ? output : {}), ...OUTPUT } },
    definitions: SHORT_OUTPUT,
    allOf: Object.entries(PROVIDER_RULES).map(([provider, { required, refused }]) => ({
      if: { properties: { provider: { const: provider } }, required: ['provider'] },
      // biome-ignore lint/suspicious/noThenProperty: JSON schema calls it so
      then: {
        required,
        properties: Object.fromEntries(
          Object.entries(refused).map(([name, why]) => [name, { not: {}, description: `Not here: ${why}.` }]),
        ),
      },
    })),
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
