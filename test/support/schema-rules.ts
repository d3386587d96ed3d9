import { isRecord, type JsonRecord } from './model-service.js';

/** What OpenAI's strict mode finds wrong with a schema, in its words; undefined where nothing is. */
export function strictProblem(schema: JsonRecord): string | undefined {
  if (schema.type !== 'object')
    return `schema must be a JSON Schema of 'type: "object"', got 'type: "${schema.type}"'.`;
  if (schema.anyOf !== undefined) return "In context=(), 'anyOf' is not permitted at the root.";
  return firstProblem(schema, [], (node, context) => {
    const forbidden = NOT_IN_STRICT_MODE.find((keyword) => keyword in node);
    if (forbidden !== undefined) return `In context=${context}, '${forbidden}' is not permitted.`;
    const beside = '$ref' in node ? Object.keys(node).filter((keyword) => keyword !== '$ref') : [];
    if (beside.length > 0) {
      return `In context=${context}, $ref cannot have keywords {${beside.map((keyword) => `'${keyword}'`).join(', ')}}.`;
    }
    if (!isObjectNode(node)) return undefined;
    if (node.additionalProperties !== false) {
      return `In context=${context}, 'additionalProperties' is required to be supplied and to be false.`;
    }
    const required = Array.isArray(node.required) ? node.required : [];
    const missing = Object.keys(isRecord(node.properties) ? node.properties : {}).find(
      (name) => !required.includes(name),
    );
    return missing === undefined
      ? undefined
      : `In context=${context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
  });
}

const NOT_IN_STRICT_MODE = [
  ...[
    'allOf',
    'oneOf',
    'not',
    'if',
    'then',
    'else',
    'patternProperties',
    'propertyNames',
    'dependentRequired',
  ],
  ...[
    'minProperties',
    'maxProperties',
    'contains',
    'uniqueItems',
    'prefixItems',
    'minLength',
    'maxLength',
    'default',
  ],
];

/** What Anthropic's structured outputs find wrong with a schema. */
export function anthropicProblem(schema: JsonRecord): string | undefined {
  return firstProblem(schema, [], (node) => {
    if (isObjectNode(node) && node.additionalProperties !== false) {
      return "For 'object' type, 'additionalProperties' must be explicitly set to false";
    }
    const forbidden = NOT_AT_ANTHROPIC.find((keyword) => keyword in node);
    return forbidden && `For '${node.type}' type, property '${forbidden}' is not supported`;
  });
}

const NOT_AT_ANTHROPIC = [
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength'],
  ...['maxItems', 'uniqueItems'],
];

function isObjectNode(node: JsonRecord): boolean {
  return node.type === 'object' || (Array.isArray(node.type) && node.type.includes('object'));
}

function firstProblem(
  node: JsonRecord,
  way: readonly string[],
  problemOf: (node: JsonRecord, context: string) => string | undefined,
): string | undefined {
  const problem = problemOf(node, `(${way.map((step) => `'${step}'`).join(', ')})`);
  if (problem !== undefined) return problem;
  for (const [step, child] of childrenOf(node)) {
    const below = firstProblem(child, [...way, ...step], problemOf);
    if (below !== undefined) return below;
  }
  return undefined;
}

function childrenOf(node: JsonRecord): [step: string[], child: JsonRecord][] {
  const children: [string[], unknown][] = [[['items'], node.items]];
  for (const keyword of ['properties', '$defs', 'definitions']) {
    const named = isRecord(node[keyword]) ? node[keyword] : {};
    for (const [name, child] of Object.entries(named)) children.push([[keyword, name], child]);
  }
  const listed = Array.isArray(node.anyOf) ? node.anyOf : [];
  for (const [at, child] of listed.entries()) children.push([['anyOf', String(at)], child]);
  return children.flatMap(([step, child]) => (isRecord(child) ? [[step, child]] : []));
}

/** The simplest thing that matches a schema; texts in it are `text`. */
export function exampleOf(schema: unknown, text: string, root: unknown = schema): unknown {
  if (!isRecord(schema)) return text;
  if (typeof schema.$ref === 'string') return exampleOf(referredTo(schema.$ref, root), text, root);
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (Array.isArray(schema.anyOf)) return exampleOf(schema.anyOf[0], text, root);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(isRecord(schema.properties) ? schema.properties : {}).map(([name, child]) => [
          name,
          exampleOf(child, text, root),
        ]),
      );
    case 'array':
      return Array.from({ length: Math.max(1, Number(schema.minItems ?? 1)) }, () =>
        exampleOf(schema.items, text, root),
      );
    case 'number':
    case 'integer':
      return Number(schema.minimum ?? 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return text.slice(0, Number(schema.maxLength ?? text.length));
  }
}

function referredTo(reference: string, root: unknown): unknown {
  let found: unknown = root;
  for (const step of reference.split('/').slice(1)) found = isRecord(found) ? found[step] : undefined;
  return found;
}
