import type { CallOptions, FileOptions } from './enrich-options.js';
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
  where: true,
  sampleRows: true,
  seed: true,
} as const satisfies Record<keyof FileOptions, true>;

const NAMES: Readonly<Record<'rows' | 'files', ReadonlySet<string>>> = {
  rows: new Set(Object.keys(CALL_OPTIONS)),
  files: new Set(Object.keys(FILE_OPTIONS)),
};

/**
 * Also checks programs without types, so that a misspelt name is an error and not ignored.
 *
 * @throws OptionError
 */
export function checkNames(options: CallOptions, form: 'rows' | 'files'): void {
  const unknown = Object.keys(options).find((name) => !NAMES[form].has(name));
  if (unknown !== undefined) throw new OptionError(`there is no option "${unknown}" ${WHERE[form]}`);
  for (const name of form === 'files' ? ['fabric', 'input'] : ['fabric']) {
    if (typeof Object.entries(options).find(([key]) => key === name)?.[1] !== 'string')
      throw new OptionError(`the option "${name}" is missing, or is no text`);
  }
}

const WHERE = {
  rows: 'for rows from code, which have no files',
  files: 'for a run from file to file',
};
