import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openLlamaFabric } from '../../src/fabric/llama/llama-fabric.js';
import { llamaDefinition, render } from '../fabric/llama/some-llama.js';
import { endlessly, generated, standInLlama } from '../fabric/llama/stand-in-llama.js';
import { fabricContract } from './fabric-contract.js';

let folder = '';
let hangs = 0;
/** Resolves `twoHang` when both hanging calls are at work. */
let secondArrived = () => {};
const twoHang = new Promise<void>((resolve) => {
  secondArrived = resolve;
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchai-llama-'));
  await writeFile(join(folder, 'model.gguf'), 'GGUF');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

fabricContract('the on-device client over a stand-in for its package', {
  open: () =>
    openLlamaFabric({
      definition: llamaDefinition(join(folder, 'model.gguf')),
      render,
      concurrency: 3,
      timeoutMs: 60_000,
      load: standInLlama({
        answer: async (history, options) => {
          const asked = JSON.stringify(history);
          if (!asked.includes('hang')) return generated(asked);
          if (++hangs === 2) secondArrived();
          return endlessly(history, options);
        },
      }).load,
    }),
  failing: { inputs: { text: 'kettle '.repeat(200) }, kind: 'too-large' },
  hanging: { inputs: { text: 'hang' }, inFlight: () => twoHang },
});
