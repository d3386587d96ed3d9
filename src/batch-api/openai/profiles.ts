import type { ShardLimits } from '../batch-service.js';

/** What one of the services that speak OpenAI's batch API does in its own way. */
export interface OpenaiProfile {
  readonly name: string;
  readonly limits: ShardLimits;
  /** Of the live price. */
  readonly priceShare: number;
  /** The `endpoint` of a batch, and the `url` of each of its lines. */
  readonly endpoint: string;
  /** Behind the base URL's path. */
  readonly uploadPath: string;
  readonly purpose: string;
  readonly keyHeader: 'authorization' | 'api-key';
  /** A creation's answer: the batch itself, or `{job, warning}` around it. */
  readonly created: 'batch' | 'job';
  /** How a batch is found again: by the tag in its metadata, or by its input file alone. */
  readonly foundBy: 'metadata' | 'file';
}

/** Limits are those of the services with a margin: some count in MiB, some what a proxy adds. */
const USUAL: OpenaiProfile = {
  name: 'OpenAI',
  limits: { rows: 50_000, bytes: 190_000_000 },
  priceShare: 0.5,
  endpoint: '/v1/chat/completions',
  uploadPath: '/files',
  purpose: 'batch',
  keyHeader: 'authorization',
  created: 'batch',
  foundBy: 'metadata',
};

const BYTES_OF_100_MB = 95_000_000;

export const OPENAI_PROFILES = {
  openai: USUAL,
  /** Its SDK names 100 MB, other pages 200. (github.com/groq/groq-typescript, src/resources/files.ts) */
  groq: { ...USUAL, name: 'Groq', limits: { rows: 50_000, bytes: BYTES_OF_100_MB } },
  /** Its own samples have no `/v1` in the two. (learn.microsoft.com, Azure OpenAI, global batch) */
  azure: {
    ...USUAL,
    name: 'Azure OpenAI',
    limits: { rows: 100_000, bytes: 190_000_000 },
    endpoint: '/chat/completions',
    keyHeader: 'api-key',
  },
  /** (docs.together.ai/docs/batch-inference) */
  together: {
    ...USUAL,
    name: 'Together',
    limits: { rows: 50_000, bytes: BYTES_OF_100_MB },
    uploadPath: '/files/upload',
    purpose: 'batch-api',
    created: 'job',
    foundBy: 'file',
  },
  /** (deepinfra.com/blog/batch-api) */
  deepinfra: { ...USUAL, name: 'DeepInfra', priceShare: 0.8 },
  doubleword: { ...USUAL, name: 'Doubleword' },
} as const satisfies Readonly<Record<string, OpenaiProfile>>;
