import { CallError } from '../../fabric/call-error.js';
import type { LlamaDefinition, ModelDefinition, RenderedPrompt } from '../../fabric/definition.js';
import type { Inputs } from '../../fabric/fabric.js';
import { textTokenCounter, tokenCounterOf } from '../../fabric/price/count-tokens.js';
import { isKnownBeforehand } from '../../fabric/price/pricer.js';
import type { FabricCalls } from '../plan/call-plan.js';
import type { FabricPlan } from '../plan/fabric.js';

/**
 * How far a count of tokens can be trusted: `exact` is what the service will count, `approximate` is another tokenizer's
 * count of the same prompt, and a `hint` is the tokens of the inputs, where the prompt around them is not known here.
 */
export type CountKind = 'exact' | 'approximate' | 'hint';

/** What the prompts of a fabric take, before anything is sent. */
export interface PromptTotals {
  readonly fabric: string;
  readonly count: CountKind;
  readonly tokens: number;
  /** Of the prompts alone, in the unit of the fabric's price; null where the price is unknown. */
  readonly cost: number | null;
  /** What the answers have at most, where the parameters say so. */
  readonly mostOutputTokens: number | null;
  /** Cost with answers of that length; null where it is unknown. */
  readonly mostCost: number | null;
}

/** Adds up the prompts of one fabric. */
export interface PromptMeter {
  /** Counts one prompt in, and says how many tokens it has; undefined where it cannot be made of the row. */
  add(inputs: Inputs): number | undefined;
  totals(): PromptTotals;
}

/** The tokenizer takes 0.3 s to load. */
export async function promptMeter({ fabric, pricer }: FabricCalls): Promise<PromptMeter> {
  const { count, tokensOf } = await counterOf(fabric);
  const mostOutput = await mostOutputTokensOf(fabric);
  const sums = { calls: 0, tokens: 0, cost: 0, mostCost: 0 };
  // A hint is too vague for a price per token.
  const isPriced = isKnownBeforehand(pricer) && (count !== 'hint' || pricer.costOf(undefined) !== undefined);
  return {
    add(inputs) {
      const input = tokensOf(inputs);
      if (input === undefined) return undefined;
      sums.calls++;
      sums.tokens += input;
      if (!isPriced) return input;
      sums.cost += pricer.costOf({ input, output: 0 }) ?? 0;
      if (mostOutput !== undefined) sums.mostCost += pricer.costOf({ input, output: mostOutput }) ?? 0;
      return input;
    },
    totals: () => ({
      fabric: fabric.id,
      count,
      tokens: sums.tokens,
      cost: isPriced ? sums.cost : null,
      mostOutputTokens: mostOutput === undefined ? null : mostOutput * sums.calls,
      mostCost: isPriced && mostOutput !== undefined ? sums.mostCost : null,
    }),
  };
}

interface PromptCounter {
  readonly count: CountKind;
  readonly tokensOf: (inputs: Inputs) => number | undefined;
}

async function counterOf(fabric: FabricPlan): Promise<PromptCounter> {
  if (fabric.kind === 'local' || fabric.kind === 'promptha') {
    const countTokens = await textTokenCounter();
    return { count: 'hint', tokensOf: (inputs) => countTokens(JSON.stringify(inputs)) };
  }
  const { definition } = fabric;
  const counter = await tokenCounterOf(definition);
  const render = await rendererOf(definition);
  const tokensOf = (inputs: Inputs) => {
    try {
      return counter.countPrompt(render(inputs));
    } catch (error) {
      // The row will fail without a call.
      if (error instanceof CallError) return undefined;
      throw error;
    }
  };
  return { count: counter.isExact ? 'exact' : 'approximate', tokensOf };
}

async function rendererOf(
  definition: ModelDefinition | LlamaDefinition,
): Promise<(inputs: Inputs) => RenderedPrompt> {
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
