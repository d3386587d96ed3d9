import { describe, expect, it } from 'vitest';
import { llamaParameters } from '../../../src/fabric/llama/llama-parameters.js';
import { LlamaSetUpError } from '../../../src/fabric/llama/llama-set-up-error.js';
import type { JsonObject } from '../../../src/rows/row.js';

describe('parameters of an on-device model', () => {
  it('take the likeliest token where none is given, and punish nothing', () => {
    expect(llamaParameters({})).toEqual({
      sampling: { temperature: 0, repeatPenalty: false },
      maxTokens: 2_048,
      keepsPrompts: false,
      isDeterministic: true,
    });
  });

  it('are handed on under the names of node-llama-cpp', () => {
    const given = {
      temperature: 0.7,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.05,
      seed: 42,
      max_tokens: 300,
      stop: ['\n', 'END'],
      repeat_penalty: 1.1,
      frequency_penalty: 0.2,
      presence_penalty: 0.3,
      n_ctx: 4_096,
      n_threads: 8,
      cache_prompt: true,
    };

    expect(llamaParameters(given)).toEqual({
      sampling: {
        temperature: 0.7,
        topP: 0.9,
        topK: 40,
        minP: 0.05,
        seed: 42,
        repeatPenalty: { penalty: 1.1, frequencyPenalty: 0.2, presencePenalty: 0.3 },
        customStopTriggers: ['\n', 'END'],
      },
      maxTokens: 300,
      contextTokens: 4_096,
      threads: 8,
      keepsPrompts: true,
      isDeterministic: true,
    });
  });

  it('take one text to stop at as well as several', () => {
    expect(llamaParameters({ stop: 'END' }).sampling.customStopTriggers).toEqual(['END']);
  });

  it('punish repetitions only as far as they are told', () => {
    expect(llamaParameters({ presence_penalty: 0.5 }).sampling.repeatPenalty).toEqual({
      penalty: 1,
      presencePenalty: 0.5,
    });
  });

  it('know chance from its absence', () => {
    expect(llamaParameters({ temperature: 1 }).isDeterministic).toBe(false);
    expect(llamaParameters({ temperature: 1, seed: 7 }).isDeterministic).toBe(true);
  });

  it.each([
    [{ top_q: 1 }, 'an on-device model has no "top_q", perhaps "top_p"; it has temperature, top_p,'],
    [{ response_format: 1 }, 'an on-device model has no "response_format"; it has temperature,'],
    [{ temperature: '0.5' }, 'temperature: wanted a number from 0 to 5, got "0.5"'],
    [{ temperature: -1 }, 'temperature: wanted a number from 0 to 5, got -1'],
    [{ top_p: 2 }, 'top_p: wanted a number from 0 to 1, got 2'],
    [{ top_k: 1.5 }, 'top_k: wanted a whole number from 0, got 1.5'],
    [{ seed: -1 }, 'seed: wanted a whole number from 0 to 4294967295, got -1'],
    [{ max_tokens: 0 }, 'max_tokens: wanted a whole number from 1, got 0'],
    [{ stop: [] }, 'stop: wanted a text, or a list of texts, got []'],
    [{ stop: ['a', ''] }, 'stop: wanted a text, or a list of texts, got ["a",""]'],
    [{ n_ctx: 1e9 }, 'n_ctx: wanted a whole number from 16 to 1048576, got 1000000000'],
    [{ cache_prompt: 1 }, 'cache_prompt: wanted true or false, got 1'],
  ] satisfies [JsonObject, string][])('are refused where they are wrong: %j', (given, message) => {
    expect(() => llamaParameters(given)).toThrow(LlamaSetUpError);
    expect(() => llamaParameters(given)).toThrow(`parameters: ${message}`);
  });
});
