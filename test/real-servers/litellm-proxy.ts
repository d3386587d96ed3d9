import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { portNobodyListensOn } from '../support/free-port.js';
import { LLAMA_KEY } from './llama-server.js';
import { ServerProcess } from './server-process.js';

export const LITELLM_KEY = 'sk-litellm-of-the-test';

export interface LitellmProxy {
  readonly process: ServerProcess;
  /** As a fabric file has it. */
  readonly baseUrl: string;
  /** Answers 200 from when the proxy takes calls. */
  readonly healthUrl: string;
}

/** US dollars a token, as the proxy counts them. */
export const PRICE = { in: 0.001, out: 0.002 };

/** How often a minute the model `limited` may be called. */
export const CALLS_A_MINUTE = 3;

/**
 * A LiteLLM proxy with models of several kinds, all of them one llama-server; not started.
 *
 * - `small`: works, and has a price
 * - `stale`: the proxy's own key for it is wrong
 * - `limited`: three calls a minute
 * - `poor`: has spent its budget with its first call
 *
 * @param upstream base URL of the llama-server
 */
export async function litellmProxy(bin: string, folder: string, upstream: string): Promise<LitellmProxy> {
  const port = await portNobodyListensOn();
  const model = (name: string, more: object) => ({
    model_name: name,
    litellm_params: {
      model: 'openai/smollm2',
      api_base: upstream,
      api_key: LLAMA_KEY,
      max_retries: 0,
      ...more,
    },
  });
  const priced = { input_cost_per_token: PRICE.in, output_cost_per_token: PRICE.out };
  const config = {
    model_list: [
      model('small', priced),
      model('stale', { api_key: 'sk-of-last-year' }),
      model('limited', { rpm: CALLS_A_MINUTE }),
      model('poor', { ...priced, max_budget: PRICE.in / 10, budget_duration: '1d' }),
    ],
    general_settings: { master_key: LITELLM_KEY },
    litellm_settings: { num_retries: 0, telemetry: false },
    // Else it leaves a model alone for a while after a few failures, whoever caused them.
    router_settings: {
      num_retries: 0,
      disable_cooldowns: true,
      optional_pre_call_checks: ['enforce_model_rate_limits'],
    },
  };
  await writeFile(join(folder, 'litellm.yaml'), stringify(config));
  const address = `http://127.0.0.1:${port}`;
  const process = new ServerProcess({
    command: join(bin, 'litellm'),
    args: ['--config', 'litellm.yaml', '--host', '127.0.0.1', '--port', `${port}`],
    cwd: folder,
    // Else it looks prices up on the web when it starts.
    env: { LITELLM_LOCAL_MODEL_COST_MAP: 'True' },
    log: join(folder, 'litellm.log'),
  });
  return { process, baseUrl: `${address}/v1`, healthUrl: `${address}/health/liveliness` };
}
