import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FakeBatchOptions,
  type FakeBatchServer,
  type RowOutcome,
  type RowRequest,
  startFakeBatchServer,
} from './batch-services/fake-batch-server.js';
import { HURRIED_BATCH_API } from './hurried-batch-api.js';
import { programWith, REPOSITORY } from './start-batchai.js';

/** What becomes of the rows of a scenario: 1 in 100 fails for good, 1 in 100 fails once and is answered then. */
export function someRowsFail({ prompt, nth, id }: RowRequest): string | RowOutcome {
  const row = Number(/(\d+)$/.exec(prompt)?.[1]);
  if (row % 100 === 17) {
    return {
      kind: 'refusal',
      status: 400,
      body: { error: { message: `row ${row} is wrong`, type: 'invalid_request_error' } },
    };
  }
  if (row % 100 === 34 && nth === 1 && id !== undefined) {
    return { kind: 'refusal', status: 500, body: { error: { message: 'The server had an error' } } };
  }
  return `described ${prompt}`;
}

/** A service with a batch API, and a folder with rows to be sent to it. */
export class BatchScenario {
  readonly #children = new Set<ChildProcess>();

  private constructor(
    readonly server: FakeBatchServer,
    private readonly folder: string,
  ) {}

  static async open(folder: string, rows: number, options: FakeBatchOptions): Promise<BatchScenario> {
    const server = await startFakeBatchServer(options);
    const scenario = new BatchScenario(server, folder);
    await writeFile(join(folder, 'fabric.yaml'), fabric(server.url));
    await writeFile(join(folder, 'rows.csv'), rowsCsv(rows));
    return scenario;
  }

  /** Starts a run over the batch API, or goes on with it. */
  start(output: string, args: readonly string[]) {
    const at = (name: string) => join(this.folder, name);
    const all = ['run', at('rows.csv'), '-f', at('fabric.yaml'), '-o', at(output), '--no-progress', ...args];
    const child = spawn(process.execPath, [...programWith({ batchApi: HURRIED_BATCH_API }), ...all], {
      cwd: REPOSITORY,
      env: { ...process.env, TEST_KEY: 'test-key' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    let stderr = '';
    let stdout = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const finished = once(child, 'close').then(([code]) => {
      this.#children.delete(child);
      return { code: code as number | null, stderr, stdout };
    });
    return { child, finished };
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, name), 'utf8');
  }

  /** The dead letters of an output, without the times at which their rows failed. */
  async letters(output: string): Promise<string> {
    return (await this.read(`${output}.dead-letters.jsonl`)).replace(/"failedAt":"[^"]*"/g, '');
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.server.close();
  }
}

function rowsCsv(rows: number): string {
  return `name,number\n${Array.from({ length: rows }, (_, index) => `thing,${index + 1}`).join('\n')}\n`;
}

function fabric(baseUrl: string): string {
  return [
    'provider: openai',
    'model: gpt-4o-mini',
    `baseUrl: ${baseUrl}`,
    'keyEnv: TEST_KEY',
    "prompt: '{{ name }} {{ number }}'",
    'batchApi: openai',
    'price: {input: 1, output: 2}',
    '',
  ].join('\n');
}
