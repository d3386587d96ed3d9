import * as z from 'zod';
import { FABRIC_FIELDS } from './fabric-fields.js';

/** What a step is called: a name that templates can use. */
const STEP_NAME = /^[A-Za-z][\w-]*$/;

const NAME = "wanted a step's name such as topic: letters, digits, - and _";
const WHEN = 'wanted an expression such as steps.topic.urgent == true';
const INPUTS = 'wanted what is sent, such as [review, text=steps.translate]';
const FABRIC = 'wanted a fabric file, a fabric id, or local:<name>';

/** The fields that only steps have. */
export const STEP_FIELDS = {
  name: z
    .string({ error: NAME })
    .regex(STEP_NAME, { error: NAME })
    .describe(
      "The step's name: its answer is steps.<name> for the steps after it, and has a column of its own.",
    ),
  when: z
    .string({ error: WHEN })
    .regex(/\S/, { error: WHEN })
    .optional()
    .describe(
      'An expression over the columns of a row and the answers before it, as --where takes it. Where it does not hold, the step is not called.',
    ),
  inputs: z
    .array(z.string({ error: INPUTS }).regex(/\S/, { error: INPUTS }), { error: INPUTS })
    .min(1, { error: INPUTS })
    .optional()
    .describe(
      'What is sent, as --inputs takes it; input=steps.<name> sends an answer. Where it is missing: what the prompt uses, or all columns.',
    ),
  fabric: z
    .string({ error: FABRIC })
    .regex(/^\S(?:[^\r\n]*\S)?$/, { error: FABRIC })
    .optional()
    .describe('In place of the fields of a fabric: a fabric file, a fabric id at Promptha, or local:<name>.'),
} as const;

/** Fields of a chain that are those of each of its steps, unless the step has its own. */
const SHARED = [
  'provider',
  'model',
  'apiVersion',
  'baseUrl',
  'keyEnv',
  'system',
  'parameters',
  'onTruncate',
  'limits',
  'concurrency',
  'price',
] as const;

/** Of these, what only holds for the model that stands beside them. */
const OF_MODEL: ReadonlySet<string> = new Set(['limits', 'price']);

const { name, ...shape } = FABRIC_FIELDS.shape;
const { provider } = shape;

/** The fields of a fabric file with steps; the fabrics of its steps are checked as other fabrics are. */
export const CHAIN_FIELDS = z.strictObject(
  {
    name,
    steps: z
      .array(z.looseObject(STEP_FIELDS, { error: 'wanted fields such as name, when and prompt' }), {
        error: 'wanted a list of steps, each with a name',
      })
      .min(1, { error: 'wanted a list of steps, each with a name' })
      .describe('Fabrics that are asked about each row in turn; each may use the answers before it.'),
    provider: provider.optional(),
    model: shape.model,
    apiVersion: shape.apiVersion,
    baseUrl: shape.baseUrl,
    keyEnv: shape.keyEnv,
    system: shape.system,
    parameters: shape.parameters,
    onTruncate: shape.onTruncate,
    limits: shape.limits,
    concurrency: shape.concurrency,
    price: shape.price,
  } satisfies Record<(typeof SHARED)[number], z.ZodType> & { name: z.ZodType; steps: z.ZodType },
  { error: 'wanted fields such as provider, model and steps' },
);

export type ChainFields = z.infer<typeof CHAIN_FIELDS>;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of a step's fabric: its own, and those of the chain that it leaves out. A step with a provider of its own has
 * nothing from the chain; one with a model of its own has other limits and another price.
 */
export function fabricFieldsOf(step: Fields, chain: Fields): Fields {
  const { when: _when, inputs: _inputs, fabric: _fabric, ...own } = step;
  if (own.provider !== undefined) return own;
  const hasModel = own.model !== undefined || own.baseUrl !== undefined;
  const shared = SHARED.filter(
    (field) => chain[field] !== undefined && !(hasModel && OF_MODEL.has(field)),
  ).map((field) => [field, chain[field]]);
  return { ...Object.fromEntries(shared), ...own };
}
