import { describe, expect, it } from 'vitest';
import type { ModelDefinition } from '../../../src/fabric/definition.js';
import type { FabricCall } from '../../../src/fabric/fabric.js';
import { anthropicMessages } from '../../../src/fabric/model/anthropic-messages.js';
import { openaiChat } from '../../../src/fabric/model/openai-chat.js';
import { pricerOf } from '../../../src/fabric/price/pricer.js';
import { BatchReplies } from '../../../src/run/batch-api/batch-replies.js';

const BODIES = {
  openai: {
    ...{ model: 'gpt-4.1-mini', service_tier: 'batch' },
    choices: [{ message: { content: 'fine' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1_000_000, completion_tokens: 1_000_000, total_tokens: 2_000_000 },
  },
  anthropic: {
    ...{ model: 'claude-haiku-4-5', stop_reason: 'end_turn', content: [{ type: 'text', text: 'fine' }] },
    usage: { input_tokens: 1_000_000, output_tokens: 1_000_000, service_tier: 'batch' },
  },
};
const WIRES = { openai: openaiChat, anthropic: anthropicMessages };

describe('an answer that says it was served as a batch', () => {
  it.each(['openai', 'anthropic'] as const)('has its share of the list price (%s)', async (provider) => {
    const definition: ModelDefinition = {
      ...{ provider, name: 'a-fabric', model: BODIES[provider].model, prompt: '{{ text }}' },
      ...{
        baseUrl: `https://api.${provider}.com/v1`,
        parameters: {},
        onTruncate: 'fail',
        limits: {},
        partials: {},
      },
    };
    const pricer = await pricerOf(definition, undefined, () => Date.parse('2026-01-01'));
    const replies = new BatchReplies({
      ...{ definition, pricer, wire: WIRES[provider], apiKey: undefined, priceShare: 0.5, wallNow: () => 0 },
    });
    const call: FabricCall = { row: 1, inputs: {}, calls: 1, attempts: 0 };

    const { answer } = replies.read({ status: 200, body: JSON.stringify(BODIES[provider]) }, call, 'text');

    const live = pricer?.costOf({ input: 1_000_000, output: 1_000_000 });
    expect(answer).toBe('fine');
    expect(live).toBeGreaterThan(0);
    expect(call.spent).toMatchObject({ cost: (live ?? 0) / 2, unpriced: 0 });
  });
});
