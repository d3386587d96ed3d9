import * as z from 'zod';
import type { JsonObject } from '../../rows/row.js';
import { CURRENCY, PRICE_FIELDS } from '../price/price-fields.js';
import { checkBaseUrl, keyEnvProblem } from './check-address.js';
import { outputProblems } from './check-output.js';

const CONCURRENCY = 'wanted a whole number of calls in the air, or auto';

const API_VERSION = "wanted a version of Anthropic's API, 2023-06-01 or 2026-10-21";

/**
 * The fields of a fabric file, each by itself; what one has to do with another is in `field-rules.ts`. A message
 * that begins with "wanted" is told with what was got; the others stand alone (what was got may be a key).
 */
export const FABRIC_FIELDS = z.strictObject(
  {
    name: line('wanted a name').optional(),
    provider: z.enum(['openai', 'anthropic', 'promptha', 'llama'], {
      error: 'wanted openai, anthropic, promptha or llama',
    }),
    fabricId: line("wanted a fabric's id at Promptha").optional(),
    model: line("wanted a model's name").optional(),
    apiVersion: z
      .string({ error: API_VERSION })
      .regex(/^\d{4}-\d{2}-\d{2}$/, { error: API_VERSION })
      .optional(),
    baseUrl: z
      .string({ error: 'wanted an address' })
      .check(({ value, issues }) => {
        const checked = checkBaseUrl(value);
        if ('problem' in checked)
          issues.push({ code: 'custom', input: null, message: checked.problem, params: ALONE });
      })
      .optional(),
    keyEnv: z
      .string({ error: 'wanted the name of a variable' })
      .check(({ value, issues }) => {
        const message = keyEnvProblem(value);
        if (message !== undefined) issues.push({ code: 'custom', input: null, message, params: ALONE });
      })
      .optional(),
    system: z.string({ error: 'wanted text' }).optional(),
    prompt: z.string({ error: 'wanted text' }).regex(/\S/, 'wanted text').optional(),
    parameters: object('wanted parameters by their names, such as temperature: 0.2').optional(),
    output: object('wanted a JSON schema')
      .check(({ value, issues }) => {
        for (const { path, text } of outputProblems(value)) {
          issues.push({ code: 'custom', input: null, path: path.slice(1), message: text, params: ALONE });
        }
      })
      .optional(),
    onTruncate: z.enum(['fail', 'keep'], { error: 'wanted fail or keep' }).optional(),
    limits: z
      .strictObject(
        {
          requests: z
            .custom<string | number>(isRate, {
              error: 'wanted calls a minute such as 500, or 500/min, 20/s, 5000/h, auto or none',
            })
            .optional(),
          tokens: wholeNumber('wanted a whole number of tokens a minute').optional(),
        },
        { error: 'wanted requests, tokens or both' },
      )
      .optional(),
    concurrency: z
      .union([z.literal('auto'), wholeNumber(CONCURRENCY)], {
        error: CONCURRENCY,
      })
      .optional(),
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
      .optional(),
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
  return z.custom<JsonObject>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    { error },
  );
}

function wholeNumber(error: string) {
  return z.int({ error }).min(1, { error });
}

function amount(error: string) {
  return z.number({ error }).min(0, { error }).optional();
}

/** As `--rate-limit` takes it; a bare number is calls a minute. */
function isRate(value: unknown): boolean {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return false;
  if (text === 'auto' || text === 'none') return true;
  const [, amount] = /^(\d+(?:\.\d+)?)(?:\/(?:sec|s|min|m|h))?$/.exec(text) ?? [];
  return Number(amount) > 0 && Number(amount) < Number.POSITIVE_INFINITY;
}
