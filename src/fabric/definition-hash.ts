import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { ExactNumber } from '../json/exact-number.js';
import type { JsonValue } from '../json/json-value.js';
import type { ChainDefinition, FabricDefinition } from './definition.js';

/** What of a definition has no say in its answers. */
const WITHOUT_SAY: ReadonlySet<string> = new Set([
  'name',
  'baseUrl',
  'keyEnv',
  'limits',
  'concurrency',
  'price',
  'batchApi',
]);

/**
 * SHA-256, in hexadecimal digits, of what determines a fabric's answers: provider, model, templates, parameters,
 * schema, what becomes of cut answers. It is the same however the fields are ordered in the file.
 */
export function definitionHash(definition: FabricDefinition): string {
  const deciding = Object.fromEntries(Object.entries(definition).filter(([name]) => !WITHOUT_SAY.has(name)));
  // A model in a file is the same one in another folder.
  if (definition.provider === 'llama') deciding.model = basename(definition.model);
  return createHash('sha256').update(canonicalJson(deciding)).digest('hex');
}

/** The same of all steps: what they are called, when they are asked, and what they are sent has a say too. */
export function chainHash({ steps }: ChainDefinition): string {
  const deciding = steps.map(
    ({ name, when = null, inputs = null, fabric }): JsonValue => ({
      ...{ name, when, inputs: inputs?.map(({ input, from }) => ({ input, from: { ...from } })) ?? null },
      fabric: fabric.kind === 'named' ? fabric.text : definitionHash(fabric.definition),
    }),
  );
  return createHash('sha256').update(canonicalJson(deciding)).digest('hex');
}

/**
 * JSON with the names of objects in order, as RFC 8785 has it; but a schema's properties keep theirs: a model writes
 * its answer in that order, and one that has to give its reason first gives another score.
 */
function canonicalJson(value: JsonValue, keepsOrder = false): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join()}]`;
  if (value instanceof ExactNumber) return value.digits;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const names = keepsOrder ? Object.keys(value) : Object.keys(value).sort();
  const members = names.map(
    (name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null, name === 'properties')}`,
  );
  return `{${members.join()}}`;
}
