import * as z from 'zod';
import { FABRIC_FIELDS } from '../../src/fabric/file/fabric-fields.js';
import { PROVIDER_RULES } from '../../src/fabric/file/field-rules.js';

/**
 * docs/reference/fabric-file.schema.json: what editors know of fabric files. It says of each field what it can be, and
 * of each provider which fields it needs and has no use for; `batchai fabrics check` knows more (templates, prices).
 *
 * Draft 7, which every editor reads. (https://json-schema.org/draft-07)
 */
export function fabricSchema(): object {
  const fields = z.toJSONSchema(FABRIC_FIELDS, { target: 'draft-7', unrepresentable: 'any' });
  return {
    $schema: fields.$schema,
    title: 'A fabric file of batchai',
    ...fields,
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
