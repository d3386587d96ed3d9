import type { ErrorObject } from 'ajv';

/** Allowed values are listed up to this many characters. */
const LONGEST_LIST = 160;

/**
 * What ajv found in one answer, in words for people and models: `/price must be number`. Where one of several
 * forms was allowed, each is named.
 */
export function describeSchemaErrors(errors: readonly ErrorObject[]): string {
  const [first] = errors;
  if (first === undefined) return 'it does not match the schema';
  const isChoice = errors.some(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  if (!isChoice) return describe(first);
  const forms = errors.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'oneOf').map(describe);
  return forms.length === 0 ? describe(first) : [...new Set(forms)].join(', or ');
}

function describe(error: ErrorObject): string {
  const place = error.instancePath === '' ? 'it' : error.instancePath;
  return `${place} ${wanted(error)}`;
}

function wanted({ keyword, params, message = 'must match the schema' }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return `must have the property ${JSON.stringify(params.missingProperty)}`;
    case 'additionalProperties':
      return `must not have the property ${JSON.stringify(params.additionalProperty)}`;
    case 'unevaluatedProperties':
      return `must not have the property ${JSON.stringify(params.unevaluatedProperty)}`;
    case 'type':
      return `must be ${[params.type].flat().join(' or ')}`;
    case 'enum':
      return oneOf(params.allowedValues);
    case 'const':
      return oneOf([params.allowedValue]);
    case 'oneOf':
      return 'must match one of the allowed forms, and only one';
    default:
      return message.replace('must NOT', 'must not');
  }
}

function oneOf(values: readonly unknown[]): string {
  const list = values.map((value) => JSON.stringify(value)).join(', ');
  if (list.length > LONGEST_LIST) return `must be one of the ${values.length} values that the schema allows`;
  return values.length === 1 ? `must be ${list}` : `must be one of ${list}`;
}
