import type { GivenOptions } from '../settings/given-options.js';

/** How a checkpoint keeps what an option was given. */
export type Keeping =
  /** As it is. */
  | 'value'
  /** A file or a folder: as seen from the output, so that all may be moved together. */
  | 'path'
  /** A fabric, or a list of them: a path where it is a file, else a name. */
  | 'fabric'
  /** A scorer, which may be a fabric or a file. */
  | 'scorer'
  /** A URL: not where a user or a password is in it. */
  | 'address'
  /** Never, but for `env:NAME`, which says where it is. */
  | 'secret'
  /** Never: a resumed run is found by it. */
  | 'place'
  /** Never: it is about one start, not about the run. */
  | 'start';

/** Each option of a run: the compiler finds one that is missing here. */
export const OPTION_KEEPING = {
  envFile: 'path',
  profile: 'start',
  input: 'path',
  output: 'place',
  checkpoint: 'place',
  resume: 'start',
  overwrite: 'start',
  detach: 'start',
  fabric: 'fabric',
  tier: 'fabric',
  score: 'scorer',
  minScore: 'value',
  format: 'value',
  outputFormat: 'value',
  delimiter: 'value',
  encoding: 'value',
  quote: 'value',
  escape: 'value',
  skipLines: 'value',
  inputs: 'value',
  badRows: 'value',
  limit: 'value',
  where: 'value',
  sampleRows: 'value',
  seed: 'value',
  outputColumn: 'value',
  skipFilled: 'value',
  columns: 'value',
  escapeFormulas: 'value',
  metaColumns: 'value',
  deadLetters: 'path',
  concurrency: 'value',
  batchSize: 'value',
  rateLimit: 'value',
  attempts: 'value',
  timeout: 'value',
  maxErrors: 'value',
  baseUrl: 'address',
  price: 'value',
  maxCost: 'value',
  maxCalls: 'value',
  deadline: 'value',
  dedupe: 'value',
  cache: 'path',
  cacheTtl: 'value',
  batchApi: 'value',
  batchApiPoll: 'value',
  batchApiRows: 'value',
  batchApiTokens: 'value',
  goneBatches: 'value',
  liveAfter: 'value',
  keepRemote: 'value',
  queue: 'address',
  queuePrefix: 'value',
  queueFiles: 'value',
  metricsPort: 'value',
  metricsFile: 'path',
  alert: 'secret',
  alertCommand: 'secret',
  alertErrorRate: 'value',
  alertSlow: 'value',
  expect: 'value',
  alertStall: 'value',
  alertFinish: 'value',
  notify: 'value',
  log: 'path',
  logRows: 'value',
} as const satisfies Record<keyof GivenOptions, Keeping>;

type KeepingOf = typeof OPTION_KEEPING;

/** The options that a checkpoint can hold. */
export type KeptName = {
  [Name in keyof KeepingOf]: KeepingOf[Name] extends 'place' | 'start' ? never : Name;
}[keyof KeepingOf];

/** What a run was given, as far as a checkpoint can hold it. */
export type KeptOptions = Partial<Pick<GivenOptions, KeptName>>;

/** True for the name of an option that a checkpoint can hold. */
export function isKept(name: string): name is KeptName {
  const keeping: Keeping | undefined = Object.entries(OPTION_KEEPING).find(([known]) => known === name)?.[1];
  return keeping !== undefined && keeping !== 'place' && keeping !== 'start';
}
