import { z } from 'zod';
import { type Checkpoint, CheckpointError } from '../../checkpoint/checkpoint-file.js';
import type { RateLimit } from '../../limits/pace/rate-limit.js';
import type { Concurrency } from '../settings/limit-settings.js';
import type { KeptName, KeptOptions } from './option-keeping.js';
import { restoreOptions } from './restore-options.js';
import type { RunPart } from './run-parts.js';

/** What a checkpoint holds of the settings that its run had last. */
export interface SavedSettings {
  /** As the last start was given them; paths are as seen from here. */
  readonly options: KeptOptions;
  /** Names of options that were given, and are not kept because they hold a secret. */
  readonly withheld: readonly string[];
  /** What limits came to, with defaults and the fabric file. */
  readonly limits: SavedLimits;
  /** What all costs of the run are counted in; undefined where no price was known. */
  readonly costUnit?: string;
  /** True where its price is a guess. */
  readonly costIsGuess?: boolean;
  /** Of a sample of its rows, as the first start drew it. */
  readonly highestDraw?: number;
  /** The columns of its rows that the fabric uses, where not all. */
  readonly usedColumns: readonly string[];
  /** Its tiers and judge, or its steps; undefined where a row has one question. */
  readonly parts?: readonly RunPart[];
}

/** Spelt out, so that the library's types need no other package. */
export interface SavedLimits {
  readonly rate?: RateLimit;
  readonly concurrency?: Concurrency;
  /** Rows. */
  readonly batchSize?: number;
  readonly attempts?: number;
  /** Of one call, in ms. */
  readonly timeoutMs?: number;
}

/**
 * Reads the settings that a run had last from its checkpoint.
 *
 * @throws CheckpointError where it holds none that can be read.
 * @example
 * const { options } = savedSettingsOf(checkpoint, 'out/described.csv');
 * options.input; // 'out/products.csv'
 */
export function savedSettingsOf({ settings }: Pick<Checkpoint, 'settings'>, output: string): SavedSettings {
  const result = savedSettings.safeParse(settings);
  if (result.success) {
    return { ...result.data, options: restoreOptions(result.data.options, output) };
  }
  const [issue] = result.error.issues;
  throw new CheckpointError(
    `the checkpoint of ${output} is damaged: ${['settings', ...(issue?.path ?? [])].join('.')} is not what a run writes; --overwrite starts the run over`,
  );
}

/** Declared apart, so that an absent value is not one that is undefined. */
const text = z.string().exactOptional();
const texts = z.array(z.string()).readonly().exactOptional();
const flag = z.boolean().exactOptional();
const amount = z.union([z.number(), z.string()]).exactOptional();

const rate = z.union([z.enum(['auto', 'none']), z.object({ calls: z.number(), perMs: z.number() })]);
const deadline = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('at'), hours: z.number(), minutes: z.number() }),
  z.object({ kind: z.literal('after'), ms: z.number() }),
]);
const price = z.object({
  unit: z.string(),
  call: z.number().exactOptional(),
  tokens: z
    .object({
      input: z.number(),
      output: z.number(),
      cached: z.number().exactOptional(),
      written: z.number().exactOptional(),
      writtenForHour: z.number().exactOptional(),
    })
    .exactOptional(),
});
const scorer = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['field', 'fabric', 'module']), text: z.string() }),
  z.object({ kind: z.literal('schema') }),
]);
const selectedInput = z.object({ input: z.string(), column: z.string() });
const maxErrors = z.union([z.object({ rows: z.number() }), z.object({ share: z.number() })]);

/** The forms of what may be given, by the command line or by code. */
const options = z.object({
  envFile: text,
  input: text,
  fabric: text,
  tier: z.union([z.string(), z.array(z.string()).readonly()]).exactOptional(),
  score: z.union([z.string(), scorer]).exactOptional(),
  minScore: amount,
  format: text,
  outputFormat: text,
  delimiter: text,
  encoding: text,
  quote: text,
  escape: text,
  skipLines: amount,
  inputs: z.union([z.string(), z.array(z.union([z.string(), selectedInput])).readonly()]).exactOptional(),
  badRows: text,
  limit: amount,
  where: text,
  sampleRows: amount,
  seed: amount,
  outputColumn: z.union([z.string(), z.boolean()]).exactOptional(),
  skipFilled: flag,
  columns: z.union([z.boolean(), z.string(), z.array(z.string()).readonly()]).exactOptional(),
  escapeFormulas: flag,
  metaColumns: z.union([z.boolean(), z.string(), z.array(z.string()).readonly()]).exactOptional(),
  deadLetters: text,
  concurrency: amount,
  batchSize: amount,
  rateLimit: z.union([z.string(), z.number(), rate]).exactOptional(),
  attempts: amount,
  timeout: amount,
  maxErrors: z.union([z.string(), z.number(), maxErrors]).exactOptional(),
  baseUrl: text,
  price: z.union([z.string(), price]).exactOptional(),
  maxCost: amount,
  maxCalls: amount,
  deadline: z.union([z.string(), deadline]).exactOptional(),
  dedupe: flag,
  cache: z.union([z.boolean(), z.string()]).exactOptional(),
  cacheTtl: amount,
  batchApi: flag,
  batchApiPoll: amount,
  batchApiRows: amount,
  batchApiTokens: amount,
  goneBatches: text,
  liveAfter: z.union([z.string(), deadline]).exactOptional(),
  keepRemote: flag,
  queue: text,
  queuePrefix: text,
  queueFiles: text,
  metricsPort: text,
  metricsFile: text,
  alert: texts,
  alertCommand: texts,
  alertErrorRate: text,
  alertSlow: text,
  expect: text,
  alertStall: text,
  alertFinish: flag,
  notify: flag,
  log: text,
  logRows: flag,
} satisfies Record<KeptName, z.ZodType>);

const limits = z.object({
  rate: rate.exactOptional(),
  concurrency: z.union([z.number(), z.literal('auto')]).exactOptional(),
  batchSize: z.number().exactOptional(),
  attempts: z.number().exactOptional(),
  timeoutMs: z.number().exactOptional(),
});

const part = z.object({
  by: z.union([z.number(), z.literal('judge')]),
  fabric: z.string(),
  step: text,
  isPriced: z.boolean(),
});

const savedSettings = z.object({
  options: options.default({}),
  withheld: z.array(z.string()).default([]),
  limits: limits.default({}),
  costUnit: text,
  costIsGuess: flag,
  highestDraw: z.number().exactOptional(),
  usedColumns: z.array(z.string()).default([]),
  parts: z.array(part).readonly().exactOptional(),
});
