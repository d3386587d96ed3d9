import type { PromptDefinition, RenderedPrompt } from '../../fabric/definition.js';
import type { Fabric, Inputs } from '../../fabric/fabric.js';
import type { ClientOptions } from '../../fabric/http/client-options.js';
import { threadsFor } from '../../threads/threads-for.js';
import type { FabricPlan } from '../plan/fabric.js';
import { SetUpError } from '../settings/set-up-error.js';

/**
 * Opens the client of a fabric; only the one that is used is loaded.
 *
 * @throws CallError `misconfigured` where a model cannot be loaded; SetUpError where the key was left to others.
 */
export async function openClient(fabric: FabricPlan, options: ClientOptions): Promise<Fabric> {
  switch (fabric.kind) {
    case 'local': {
      const { openLocalFabric } = await import('../../fabric/local/open-local-fabric.js');
      return openLocalFabric(fabric.name, threadsFor(options.concurrency));
    }
    case 'promptha': {
      const { prompthaFabric } = await import('../../fabric/promptha/promptha-fabric.js');
      const { definition, apiKey, proxy } = fabric;
      const { baseUrl, fabricId, keyEnv } = definition;
      if (apiKey === undefined) throw new SetUpError(`${keyEnv} was not read: the calls are made elsewhere`);
      return prompthaFabric({ ...options, proxy, baseUrl, fabricId, apiKey });
    }
    case 'model': {
      const { modelFabric } = await import('../../fabric/model/model-fabric.js');
      const { definition, apiKey, proxy } = fabric;
      return modelFabric({ ...options, proxy, definition, apiKey, render: await renderer(definition) });
    }
    case 'llama': {
      const { openLlamaFabric } = await import('../../fabric/llama/llama-fabric.js');
      const { definition } = fabric;
      return openLlamaFabric({ ...options, definition, render: await renderer(definition) });
    }
  }
}

/** Makes the prompts of a fabric. */
export async function renderer(definition: PromptDefinition): Promise<(inputs: Inputs) => RenderedPrompt> {
  const { compilePrompt } = await import('../../fabric/prompt/compile-prompt.js');
  const prompt = compilePrompt(definition);
  return (inputs) => prompt.render(inputs);
}
