import * as z from 'zod';
import type { JsonObject } from '../../rows/row.js';
import { CURRENCY, PRICE_FIELDS } from '../price/price-fields.js';
import { checkBaseUrl, keyEnvProblem } from './check-address.js';
import { outputProblems } from './check-output.js';
import { isShortOutput, shortOutputProblems } from './short-output.js';

const CONCURRENCY = 'wanted a whole number of calls in flight, or auto';

const AMOUNT = /(\d+(?:\.\d+)?)(?:\/(?:sec|s|min|m|h))?/;
const BATCH_API = 'wanted true, or the name of a batch API such as openai';

const ATTACHMENTS = 'wanted the column that names a file, or a list of such columns';

const API_VERSION = "wanted a version of Anthropic's API, 2023-06-01 or 2026-10-21";

/**
 * The fields of a fabric file, each on its own; rules between fields are in `field-rules.ts`. A message
 * that begins with "wanted" is told with what was got; the others stand alone (what was got may be a key).
 * Descriptions are for editors, by the JSON schema that `docs/generate/fabric-schema.ts` makes of this.
 */
export const FABRIC_FIELDS = z.strictObject(
  {
    name: line('wanted a name')
      .optional()
      .describe("What dead letters call the fabric; the file's name without .yaml where it is missing."),
    provider: z
      .enum(['openai', 'anthropic', 'promptha', 'llama'], {
        error: 'wanted openai, anthropic, promptha or llama',
      })
      .describe(
        'openai: Chat Completions, as many services speak them. anthropic: Messages. promptha: a fabric at Promptha. llama: a GGUF file on this machine.',
      ),
    fabricId: line("wanted a fabric's id at Promptha")
      .optional()
      .describe("The fabric's id at Promptha; its name where it is missing."),
    model: line("wanted a model's name")
      .optional()
      .describe("The model's name; of llama the path of its file, as seen from this file."),
    apiVersion: z
      .string({ error: API_VERSION })
      .regex(/^\d{4}-\d{2}-\d{2}$/, { error: API_VERSION })
      .optional()
      .describe("Anthropic's header anthropic-version; 2023-06-01 where it is missing."),
    baseUrl: z
      .string({ error: 'wanted an address' })
      .check(({ value, issues }) => {
        const checked = checkBaseUrl(value);
        if ('problem' in checked)
          issues.push({ code: 'custom', input: null, message: checked.problem, params: ALONE });
      })
      .optional()
      .meta({ description: "The API's base, such as http://localhost:11434/v1.", format: 'uri' }),
    keyEnv: z
      .string({ error: 'wanted the name of a variable' })
      .check(({ value, issues }) => {
        const message = keyEnvProblem(value);
        if (message !== undefined) issues.push({ code: 'custom', input: null, message, params: ALONE });
      })
      .optional()
      .meta({
        description: 'The name of the environment variable that holds the key; never the key itself.',
        pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      }),
    system: z.string({ error: 'wanted text' }).optional().describe('The system prompt, a Liquid template.'),
    prompt: z
      .string({ error: 'wanted text' })
      .regex(/\S/, 'wanted text')
      .optional()
      .describe('What is sent for a row, a Liquid template: {{ name }} is the column name.'),
    attachments: z
      .union(
        [
          line(ATTACHMENTS),
          z.array(line(ATTACHMENTS), { error: ATTACHMENTS }).min(1, { error: ATTACHMENTS }),
        ],
        {
          error: ATTACHMENTS,
        },
      )
      .optional()
      .describe(
        'The columns that name files to send with the prompt: pictures, PDFs, sound; paths, or URLs.',
      ),
    maxPixels: wholeNumber('wanted the most pixels of a picture, width times height, such as 1000000')
      .optional()
      .describe('The most pixels of a picture, width times height: a larger one is made smaller.'),
    parameters: object('wanted parameters by their names, such as temperature: 0.2')
      .optional()
      .describe('Sent to the model as they are: temperature, max_tokens, …'),
    output: object('wanted the parts of an answer such as { urgent: boolean }, or a JSON schema')
      .check(({ value, issues }) => {
        const problems = isShortOutput(value) ? shortOutputProblems(value) : outputProblems(value);
        for (const { path, text } of problems) {
          issues.push({ code: 'custom', input: null, path: path.slice(1), message: text, params: ALONE });
        }
      })
      .optional()
      .meta({
        description:
          'What every answer is an object of: its parts with their types, such as { topic: [delivery, other], urgent: boolean }, or a JSON schema. Without it answers are text.',
      }),
    onTruncate: z
      .enum(['fail', 'keep'], { error: 'wanted fail or keep' })
      .optional()
      .describe(
        'What becomes of an answer that was cut off at the most tokens: the row fails, or it is kept.',
      ),
    limits: z
      .strictObject(
        {
          requests: z
            .custom<string | number>(isRate, {
              error: 'wanted calls a minute such as 500, or 500/min, 20/s, 5000/h, auto or none',
            })
            .optional()
            .meta({
              description: 'Calls a minute such as 500, or 500/min, 20/s, 5000/h, auto or none.',
              type: ['string', 'number'],
              exclusiveMinimum: 0,
              pattern: `^(?:auto|none|${AMOUNT.source})$`,
            }),
          tokens: wholeNumber('wanted a whole number of tokens a minute')
            .optional()
            .describe('Tokens a minute, prompts and answers together.'),
        },
        { error: 'wanted requests, tokens or both' },
      )
      .optional()
      .describe('What the service allows; 100 calls a minute where nothing is stated.'),
    concurrency: z
      .union([z.literal('auto'), wholeNumber(CONCURRENCY)], {
        error: CONCURRENCY,
      })
      .optional()
      .describe('Calls in flight at a time, or auto; 10 where it is missing.'),
    batchApi: z
      .union([z.boolean(), line(BATCH_API)], { error: BATCH_API })
      .optional()
      .describe("Runs go through the service's batch API: true, or which one it is, such as openai."),
    price: z
      .strictObject(
        {
          input: amount(PRICE_FIELDS.input),
          output: amount(PRICE_FIELDS.output),
          cached: amount(PRICE_FIELDS.cached),
          written: amount(PRICE_FIELDS.written),
          call: amount(PRICE_FIELDS.call),
          credits: amount(PRICE_FIELDS.credits),
          currency: z
            .string({ error: PRICE_FIELDS.currency })
            .regex(CURRENCY, { error: PRICE_FIELDS.currency })
            .optional(),
        },
        { error: 'wanted input and output, call, or credits' },
      )
      .optional()
      .describe('What calls cost; what the service publishes where it is missing.'),
  },
  { error: 'wanted fields such as provider, model and prompt' },
);

export type FabricFields = z.infer<typeof FABRIC_FIELDS>;

/** Marks an issue whose message says all. */
export const ALONE = { alone: true } as const;

function line(error: string) {
  return z.string({ error }).regex(/^\S(?:[^\r\n]*\S)?$/, { error });
}

function object(error: string) {
  return z
    .custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
      error,
    })
    .meta({ type: 'object' });
}

function wholeNumber(error: string) {
  return z.int({ error }).min(1, { error });
}

function amount(error: string) {
  return z
    .number({ error })
    .min(0, { error })
    .optional()
    .describe(error.replace(/^wanted (.)/, (_, first: string) => first.toUpperCase()));
}

/** As `--rate-limit` takes it; a bare number is calls a minute. */
function isRate(value: unknown): boolean {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return false;
  if (text === 'auto' || text === 'none') return true;
  const [, amount] = new RegExp(`^${AMOUNT.source}$`).exec(text) ?? [];
  return Number(amount) > 0 && Number(amount) < Number.POSITIVE_INFINITY;
}
