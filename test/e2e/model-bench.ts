import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fakeModelForTest } from '../support/fake-model-for-test.js';
import type { FakeModelOptions, FakeModelServer } from '../support/fake-model-server.js';
import {
  type BatchaiOptions,
  type BatchaiResult,
  type CommandHere,
  type RunOptions,
  runBatchai,
  startHere,
} from '../support/run-batchai.js';
import { type RunningBatchai, startBatchai } from '../support/start-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { listing } from './workbench.js';

/** An empty folder, a fake model service, and the program run in the one against the other. */
export interface ModelBench {
  readonly folder: string;
  readonly server: FakeModelServer;
  path(name: string): string;
  write(name: string, content: string): Promise<void>;
  read(name: string): Promise<string>;
  /** The names of all files and folders in the folder, sorted. */
  list(): Promise<string[]>;
  /** `batchai run` with keys and no rate limit; what is in `args` counts more. */
  run(args: readonly string[], options?: BatchaiOptions): Promise<BatchaiResult>;
  start(args: readonly string[], options?: BatchaiOptions): RunningBatchai;
  /** As `run`, for a test that interrupts it within this process. */
  startHere(args: readonly string[], options?: RunOptions): CommandHere;
  /** Any command of batchai, in the folder and with the same keys. */
  batchai(args: readonly string[], options?: RunOptions): Promise<BatchaiResult>;
}

export const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));

/** What the fake services let in, where a fabric file looks for its key. */
export const KEYS = { OPENAI_API_KEY: 'test-key', ANTHROPIC_API_KEY: 'test-key' };

/** Its `fabric.yaml` is the text given; `--base-url` is the fake service's, unless the text has a baseUrl. */
export async function modelBench(service: FakeModelOptions = {}, fabric?: string): Promise<ModelBench> {
  const folder = await temporaryFolder();
  const server = await fakeModelForTest(service);
  const path = (name: string) => join(folder, name);
  if (fabric !== undefined) await writeFile(path('fabric.yaml'), fabric);
  const own = fabric === undefined ? [] : ['--fabric', 'fabric.yaml'];
  const address = fabric?.includes('baseUrl:') ? [] : ['--base-url', server.url];
  const full = (args: readonly string[]) => ['run', ...own, ...address, '--rate-limit', 'none', ...args];
  const inFolder = (options?: RunOptions) => ({ cwd: folder, env: KEYS, ...options });
  return {
    folder,
    server,
    path,
    write: (name, content) => writeFile(path(name), content),
    read: (name) => readFile(path(name), 'utf8'),
    list: () => listing(folder),
    run: (args, options) => runBatchai(full(args), inFolder(options)),
    start: (args, options) => startBatchai(full(args), inFolder(options)),
    startHere: (args, options) => startHere(full(args), inFolder(options)),
    batchai: (args, options) => runBatchai(args, inFolder(options)),
  };
}

/** A fabric that answers with texts, for rows such as those of `rowsCsv`. */
export const DESCRIBE = `provider: openai
model: gpt-4.1-mini
system: You describe things.
prompt: |
  {{ id }}
  {{ name }}
`;

/** A fabric that answers with a title and tags. */
export const DRAW_OUT = `${DESCRIBE}output:
  type: object
  properties:
    title: { type: string }
    tags: { type: array, items: { type: string } }
  required: [title, tags]
  additionalProperties: false
`;

/** When the service has read so many calls. */
export async function called(server: FakeModelServer, requests: number): Promise<void> {
  while (server.requests.length < requests) await delay(2);
}

/** The id of a row of `rowsCsv` in a prompt of the fabrics above. */
export function idIn({ prompt }: { readonly prompt: string }): string {
  return prompt.split('\n', 1)[0] ?? '';
}
