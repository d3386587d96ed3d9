import type { CallOptions, FileOptions, RetriedOptions } from './enrich-options.js';
import { OptionError } from './option-parsers.js';

/** The names of the options, so that the compiler finds one that is missing here. */
const CALL_OPTIONS = {
  fabric: true,
  concurrency: true,
  rateLimit: true,
  attempts: true,
  timeout: true,
  inputs: true,
  price: true,
  maxCost: true,
  maxCalls: true,
  deadline: true,
  dedupe: true,
  cache: true,
  cacheTtl: true,
  tier: true,
  minScore: true,
  score: true,
  maxErrors: true,
  limit: true,
  baseUrl: true,
} as const satisfies Record<keyof CallOptions, true>;

const FILE_OPTIONS = {
  ...CALL_OPTIONS,
  input: true,
  output: true,
  format: true,
  outputFormat: true,
  delimiter: true,
  encoding: true,
  quote: true,
  escape: true,
  skipLines: true,
  resume: true,
  overwrite: true,
  batchSize: true,
  outputColumn: true,
  skipFilled: true,
  columns: true,
  escapeFormulas: true,
  metaColumns: true,
  checkpoint: true,
  deadLetters: true,
  badRows: true,
  batchApi: true,
  detach: true,
  batchApiPoll: true,
  batchApiRows: true,
  batchApiTokens: true,
  liveAfter: true,
  goneBatches: true,
  keepRemote: true,
  queue: true,
  queuePrefix: true,
  queueFiles: true,
  where: true,
  sampleRows: true,
  seed: true,
} as const satisfies Record<keyof FileOptions, true>;

const RETRY_OPTIONS = {
  fabric: true,
  concurrency: true,
  batchSize: true,
  rateLimit: true,
  attempts: true,
  timeout: true,
  maxErrors: true,
  baseUrl: true,
  checkpoint: true,
  deadLetters: true,
  queue: true,
  queuePrefix: true,
  queueFiles: true,
  kinds: true,
  from: true,
} as const satisfies Record<keyof RetriedOptions, true>;

/** What a program does with its options. */
type OptionForm = 'rows' | 'files' | 'resume' | 'retry';

const OF_A_START: ReadonlySet<string> = new Set(['output', 'resume', 'overwrite']);

const NAMES: Readonly<Record<OptionForm, ReadonlySet<string>>> = {
  rows: new Set(Object.keys(CALL_OPTIONS)),
  files: new Set(Object.keys(FILE_OPTIONS)),
  resume: new Set(Object.keys(FILE_OPTIONS).filter((name) => !OF_A_START.has(name))),
  retry: new Set(Object.keys(RETRY_OPTIONS)),
};

const REQUIRED: Readonly<Record<OptionForm, readonly string[]>> = {
  rows: ['fabric'],
  files: ['fabric', 'input'],
  resume: [],
  retry: [],
};

/**
 * Also checks programs without types, so that a misspelt name is an error and not ignored.
 *
 * @throws OptionError
 */
export function checkNames(options: object, form: OptionForm): void {
  const unknown = Object.keys(options).find((name) => !NAMES[form].has(name));
  if (unknown !== undefined) throw new OptionError(`there is no option "${unknown}" ${WHERE[form]}`);
  for (const name of REQUIRED[form]) {
    if (typeof Object.entries(options).find(([key]) => key === name)?.[1] !== 'string')
      throw new OptionError(`the option "${name}" is missing, or is no text`);
  }
}

/** @throws OptionError where the output of a run, by which it is found, is no name of a file. */
export function checkOutputName(output: unknown): void {
  if (typeof output !== 'string' || output === '' || output === '-')
    throw new OptionError(`wanted the output of a run, got ${JSON.stringify(output)}`);
}

const WHERE: Readonly<Record<OptionForm, string>> = {
  rows: 'for rows from code, which have no files',
  files: 'for a run from file to file',
  resume: 'for a run that is resumed',
  retry: 'for a retry',
};
