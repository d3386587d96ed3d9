import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { parseJsonl } from '../e2e/workbench.js';
import { type BatchaiResult, runBatchai } from '../support/run-batchai.js';
import { type RunningBatchai, startBatchai } from '../support/start-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

export interface FabricFile {
  readonly baseUrl: string;
  readonly model?: string;
  readonly prompt?: string;
  readonly parameters?: Record<string, unknown>;
  readonly output?: object;
}

/** A fabric file over a real server, and rows to run it over. */
export interface RealRuns {
  run(rows: readonly object[], args?: readonly string[], key?: string): Promise<BatchaiResult>;
  start(rows: readonly object[], args?: readonly string[]): Promise<RunningBatchai>;
  /** When a run that goes on has an answer: before that, a server that is gone counts as one that never was. */
  untilAnswered(): Promise<void>;
  /** The rows of the output. */
  output(): Promise<Record<string, unknown>[]>;
  letters(): Promise<Letter[]>;
}

export interface Letter {
  readonly row: number;
  readonly error: { readonly kind: string; readonly status?: number; readonly message: string };
}

const FINISHES_WITHIN_MS = 180_000;

export async function realRuns(fabric: FabricFile, key: string): Promise<RealRuns> {
  const folder = await temporaryFolder();
  const whole = {
    provider: 'openai',
    model: 'smollm2',
    keyEnv: 'REAL_KEY',
    prompt: 'Name one thing that goes with {{ word }}.',
    // Short answers, which are whole all the same: a word that ends one is as good an end as any.
    parameters: { temperature: 0, max_tokens: 64, stop: ['.', ',', '\n', ' '] },
    ...fabric,
  };
  await writeFile(join(folder, 'fabric.yaml'), stringify(whole));
  const begin = async (rows: readonly object[]) => {
    await writeFile(join(folder, 'in.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  };
  const files = ['in.jsonl', '--fabric', 'fabric.yaml', '-o', 'out.jsonl'];
  const args = ['run', ...files, '--rate-limit', 'none', '--concurrency', '2', '--json'];
  const options = { cwd: folder, env: { REAL_KEY: key } };
  const linesOf = async (name: string) => parseJsonl(await readFile(join(folder, name), 'utf8'));
  return {
    async run(rows, more = [], otherKey = key) {
      await begin(rows);
      const withKey = { ...options, env: { REAL_KEY: otherKey }, timeoutMs: FINISHES_WITHIN_MS };
      return runBatchai([...args, ...more], withKey);
    },
    async start(rows, more = []) {
      await begin(rows);
      return startBatchai([...args, ...more], options);
    },
    async untilAnswered() {
      const answers = join(folder, 'out.jsonl.checkpoint', 'answers-000001.jsonl');
      await until(async () => (await readFile(answers, 'utf8').catch(() => '')) !== '');
    },
    output: () => linesOf('out.jsonl'),
    letters: async () => (await linesOf('out.jsonl.dead-letters.jsonl')) as unknown as Letter[],
  };
}

/** So many rows, each with a word of its own. */
export function words(count: number): { id: string; word: string }[] {
  return Array.from({ length: count }, (_, at) => ({ id: `${at + 1}`, word: `number ${at + 1}` }));
}
