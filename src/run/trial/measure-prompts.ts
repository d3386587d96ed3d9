import { CallError } from '../../fabric/call-error.js';
import type { LlamaDefinition, ModelDefinition, RenderedPrompt } from '../../fabric/definition.js';
import type { Inputs } from '../../fabric/fabric.js';
import { encodingOf } from '../../fabric/price/count-texts.js';
import { tokenCounterOf } from '../../fabric/price/count-tokens.js';
import { isKnownBeforehand } from '../../fabric/price/pricer.js';
import { attachmentsOf, type FabricCalls } from '../plan/call-plan.js';
import type { FabricPlan } from '../plan/fabric.js';
import type { TextCounters } from './text-counters.js';

/**
 * How far a count of tokens can be trusted: `exact` is what the service will count, `approximate` is another tokenizer's
 * count of the same prompt, and a `hint` is the tokens of the inputs, where the prompt around them is not known here.
 */
export type CountKind = 'exact' | 'approximate' | 'hint';

/** What the prompts of a fabric take, before anything is sent. */
export interface PromptTotals {
  readonly fabric: string;
  /** Of a run with steps; those whose prompts contain answers have no totals. */
  readonly step?: string;
  readonly count: CountKind;
  readonly tokens: number;
  /** Of these, the tokens of pictures that go with them. */
  readonly pictureTokens: number;
  /** Files that go with them and are not counted: nobody publishes what they take with this model. */
  readonly uncountedFiles: number;
  /** Of the prompts alone, in the unit of the fabric's price; null where the price is unknown. */
  readonly cost: number | null;
  /** What the answers have at most, where the parameters say so. */
  readonly mostOutputTokens: number | null;
  /** Cost with answers of that length; null where it is unknown. */
  readonly mostCost: number | null;
}

/** The tokens of a prompt, its pictures included; undefined where it cannot be made of the row. */
export type PromptTokens = number | undefined;

/** Measures the prompts of one fabric. */
export interface PromptMeter {
  /** The tokens of prompts, in the order of their inputs. */
  tokensOf(inputs: readonly Inputs[]): Promise<readonly PromptTokens[]>;
  /** Adds one prompt to the totals. */
  add(tokens: PromptTokens): void;
  totals(): PromptTotals;
}

export async function promptMeter(
  { fabric, pricer }: FabricCalls,
  counters: TextCounters,
  filesFolder: string,
): Promise<PromptMeter> {
  const files = { tokens: 0, unknown: 0 };
  const { count, tokensOf } = await withFileTokens(
    await counterOf(fabric, counters),
    fabric,
    filesFolder,
    files,
  );
  const mostOutput = await mostOutputTokensOf(fabric);
  const sums = { calls: 0, tokens: 0, cost: 0, mostCost: 0 };
  // A hint is too vague for a price per token.
  const isPriced = isKnownBeforehand(pricer) && (count !== 'hint' || pricer.costOf(undefined) !== undefined);
  return {
    tokensOf,
    add(input) {
      if (input === undefined) return;
      sums.calls++;
      sums.tokens += input;
      if (!isPriced) return;
      sums.cost += pricer.costOf({ input, output: 0 }) ?? 0;
      if (mostOutput !== undefined) sums.mostCost += pricer.costOf({ input, output: mostOutput }) ?? 0;
    },
    totals: () => ({
      fabric: fabric.id,
      count,
      tokens: sums.tokens,
      pictureTokens: files.tokens,
      uncountedFiles: files.unknown,
      cost: isPriced ? sums.cost : null,
      mostOutputTokens: mostOutput === undefined ? null : mostOutput * sums.calls,
      mostCost: isPriced && mostOutput !== undefined && files.unknown === 0 ? sums.mostCost : null,
    }),
  };
}

interface PromptCounter extends Pick<PromptMeter, 'tokensOf'> {
  readonly count: CountKind;
}

async function counterOf(fabric: FabricPlan, counters: TextCounters): Promise<PromptCounter> {
  if (fabric.kind === 'local' || fabric.kind === 'promptha') {
    const countTexts = counters.of(encodingOf(''));
    return {
      count: 'hint',
      tokensOf: (inputs) => countTexts(inputs.map((one) => JSON.stringify(one))),
    };
  }
  const { definition } = fabric;
  const counter = await tokenCounterOf(definition, counters.of(encodingOf(definition.model)));
  const render = await rendererOf(definition);
  const tokensOf = async (inputs: readonly Inputs[]) => {
    const prompts = inputs.map((one) => promptOf(render, one));
    const counts = (await counter.countPrompts(prompts.filter((prompt) => prompt !== undefined))).values();
    return prompts.map((prompt) => (prompt === undefined ? undefined : counts.next().value));
  };
  return { count: counter.isExact ? 'exact' : 'approximate', tokensOf };
}

/** The same with the files that go with prompts; what these take in all is added to `sums`. */
async function withFileTokens(
  counter: PromptCounter,
  fabric: FabricPlan,
  folder: string,
  sums: { tokens: number; unknown: number },
): Promise<PromptCounter> {
  const columns = attachmentsOf(fabric);
  if (fabric.kind !== 'model' || columns.length === 0) return counter;
  const { fileTokensCounter } = await import('../../fabric/attachments/file-tokens.js');
  const countFiles = fileTokensCounter(fabric.definition, { columns, folder });
  const tokensOf = async (inputs: readonly Inputs[]) => {
    const [prompts, files] = await Promise.all([
      counter.tokensOf(inputs),
      Promise.all(inputs.map(countFiles)),
    ]);
    return prompts.map((tokens, index) => {
      const ofFiles = files[index];
      if (tokens === undefined || ofFiles === undefined) return undefined;
      sums.tokens += ofFiles.tokens;
      sums.unknown += ofFiles.unknown;
      return tokens + ofFiles.tokens;
    });
  };
  return { count: 'approximate', tokensOf };
}

type Render = (inputs: Inputs) => RenderedPrompt;

/** The prompt of a row; undefined where none can be made of it: the row will fail without a call. */
function promptOf(render: Render, inputs: Inputs): RenderedPrompt | undefined {
  try {
    return render(inputs);
  } catch (error) {
    if (error instanceof CallError) return undefined;
    throw error;
  }
}

async function rendererOf(definition: ModelDefinition | LlamaDefinition): Promise<Render> {
  if (definition.provider === 'llama') {
    const { isPromptless, promptOfInputs } = await import('../../fabric/llama/promptless-llama.js');
    if (isPromptless(definition)) return promptOfInputs;
  }
  const { compilePrompt } = await import('../../fabric/prompt/compile-prompt.js');
  const prompt = compilePrompt(definition);
  return (inputs) => prompt.render(inputs);
}

/** What an answer may have at most; what runs on this machine costs nothing, however long it is. */
async function mostOutputTokensOf(fabric: FabricPlan): Promise<number | undefined> {
  if (fabric.kind !== 'model') return undefined;
  const { provider, parameters } = fabric.definition;
  const stated = parameters.max_completion_tokens ?? parameters.max_tokens;
  if (typeof stated === 'number') return stated;
  if (provider !== 'anthropic') return undefined;
  const { anthropicMessages } = await import('../../fabric/model/anthropic-messages.js');
  return anthropicMessages.defaultMaxTokens?.(fabric.definition);
}
