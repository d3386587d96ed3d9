import { CallError } from '../../fabric/call-error.js';
import { formatDuration } from '../../wording/wording.js';
import { openClient } from '../calls/open-client.js';
import type { FabricPlan } from '../plan/fabric.js';
import type { Check } from './doctor.js';

/** What the call is made with. */
export interface TrialCallSettings {
  readonly timeoutMs: number;
  /** For what to do after a refusal. */
  readonly adviceOn: (error: CallError, fabric: FabricPlan) => string;
  /** ms. */
  readonly now: () => number;
  readonly wallNow: () => number;
}

/** Makes one short call, which shows that the service takes the key, the model and the parameters. */
export async function trialCall(fabric: FabricPlan, settings: TrialCallSettings): Promise<Check> {
  const client = await openClient(short(fabric), {
    runId: 'doctor',
    concurrency: 1,
    timeoutMs: settings.timeoutMs,
    wallNow: settings.wallNow,
    onHeaders: () => {},
    onLateStart: () => {},
    onUsage: () => {},
  });
  const start = settings.now();
  try {
    await client.run({ row: 1, inputs: {}, calls: 0, attempts: 0 });
    return { name: 'call', state: 'ok', text: `answered in ${formatDuration(settings.now() - start)}` };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    // It was read and answered: only what the row said was not to its liking.
    if (error.kind === 'truncated' || error.kind === 'bad-answer' || isPrompthaInput(fabric, error))
      return { name: 'call', state: 'ok', text: 'the key is accepted, and the service answers' };
    const advice = error.stopsRun ? `; ${settings.adviceOn(error, fabric)}` : '';
    return { name: 'call', state: 'problem', text: `${error.message}${advice}` };
  } finally {
    await client.close();
  }
}

/** The fabric with the least to say, since its own prompt needs a row. */
function short(fabric: FabricPlan): FabricPlan {
  if (fabric.kind !== 'model') return fabric;
  const { output: _, system: __, ...definition } = fabric.definition;
  return { ...fabric, definition: { ...definition, prompt: 'Answer with the word yes.', partials: {} } };
}

/** A hosted fabric is called without its inputs, which it may miss once it has let the key in. */
function isPrompthaInput({ kind }: FabricPlan, error: CallError): boolean {
  return kind === 'promptha' && (error.kind === 'unprocessable' || error.kind === 'bad-request');
}
