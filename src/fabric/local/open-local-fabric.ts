import { setImmediate } from 'node:timers/promises';
import { CallError } from '../call-error.js';
import type { Fabric } from '../fabric.js';
import type { LocalFabricName } from './catalogue.js';
import { entities } from './entities.js';
import { inputText } from './input-text.js';
import { keywords } from './keywords.js';
import { type LanguageModel, openLanguageModel } from './language-model.js';
import type { LocalProgram } from './local-program.js';
import { sentiment } from './sentiment.js';
import { summary } from './summary.js';

const PROGRAMS: Readonly<Record<LocalFabricName, LocalProgram>> = { sentiment, keywords, entities, summary };

/**
 * Opens a fabric that runs in this process: no key, no network, no price, the same answer to the same text always.
 * It loads the language model, about 0.2 s. Its `run` throws a CallError `too-large` for a text of more than a
 * million characters, and `aborted` once it is closed.
 */
export async function openLocalFabric(name: LocalFabricName): Promise<Fabric> {
  const program = PROGRAMS[name];
  let model: LanguageModel | undefined = await openLanguageModel(program.annotations);
  return {
    async run(call) {
      call.calls += 1;
      // Without a turn of the event loop, thousands of rows would go by before a signal or a timer is heard.
      await setImmediate();
      if (!model) throw new CallError('aborted', `the on-device fabric ${name} is closed`);
      const startedAt = performance.now();
      const answer = program.answer(inputText(call.inputs), model);
      return { answer, latencyMs: performance.now() - startedAt };
    },
    get inFlight() {
      return 0;
    },
    async close() {
      model = undefined;
    },
  };
}
