import { describe, expect, it } from 'vitest';
import { callErrorOfRefusal } from '../../../src/fabric/http/service-error.js';
import { knownRefusals } from '../../../src/fabric/model/known-refusals.js';
import { RefusedParameter } from '../../../src/fabric/model/refused-parameter.js';
import type { JsonObject } from '../../../src/rows/row.js';
import { anthropic, gemini, openai } from '../service-refusals.js';

function judged(
  status: number,
  said: object,
  parameters: JsonObject,
  provider: 'openai' | 'anthropic' = 'openai',
) {
  const body = JSON.stringify(said);
  const error = callErrorOfRefusal({ status, body, retryAfterMs: undefined });
  return new RefusedParameter({ provider, parameters }).judge(error, body);
}

const withParam = (param: string, message: string) => ({
  error: { message, type: 'invalid_request_error', param, code: 'unsupported_parameter' },
});

describe('a refusal that names a parameter of the fabric', () => {
  it.each<[string, number, object, JsonObject]>([
    [
      'max_tokens',
      400,
      withParam('max_tokens', "Unsupported parameter: 'max_tokens' is not supported with this model."),
      { max_tokens: 60 },
    ],
    ['temperature', 400, withParam('temperature', 'No.'), { temperature: 0 }],
    ['output_config', 400, withParam('output_config.effort', 'No.'), { output_config: { effort: 'x' } }],
    [
      'temperature',
      400,
      openai("Unsupported value: 'temperature' does not support 0.2 with this model.", 'unsupported_value'),
      { temperature: 0.2 },
    ],
    ['foo', 400, openai('Unrecognized request argument supplied: foo', null), { foo: 1 }],
    ['foo', 400, openai("Unknown parameter: 'foo'.", 'unknown_parameter'), { foo: 1 }],
    ['foo', 400, openai("property 'foo' is unsupported", null), { foo: 1 }],
    [
      'temperature',
      400,
      anthropic('invalid_request_error', undefined, 'temperature: Extra inputs are not permitted'),
      { temperature: 0 },
    ],
    [
      'temperature',
      400,
      anthropic('invalid_request_error', undefined, '`temperature` is deprecated for this model.'),
      { temperature: 0 },
    ],
    [
      'top_p',
      400,
      anthropic(
        'invalid_request_error',
        undefined,
        '`temperature` and `top_p` cannot both be specified for this model.',
      ),
      { top_p: 1 },
    ],
    [
      'foo',
      400,
      [
        gemini(
          400,
          'INVALID_ARGUMENT',
          'Invalid JSON payload received. Unknown name "foo": Cannot find field.',
        ),
      ],
      { foo: 1 },
    ],
    [
      'foo',
      400,
      [gemini(400, 'INVALID_ARGUMENT', "Invalid value at 'generation_config.foo' (TYPE_FLOAT)")],
      { foo: 'x' },
    ],
    [
      'foo',
      422,
      {
        object: 'error',
        message: {
          detail: [{ type: 'extra_forbidden', loc: ['body', 'foo'], msg: 'Extra inputs are not permitted' }],
        },
      },
      { foo: 1 },
    ],
    [
      'temperature',
      400,
      openai(
        "litellm.UnsupportedParamsError: openai does not support parameters: {'temperature': 0.2}, for model=gpt-6",
        null,
      ),
      { temperature: 0.2 },
    ],
    [
      'foo',
      400,
      {
        error: {
          message: 'Provider returned error',
          code: 400,
          metadata: { raw: JSON.stringify(openai("Unknown parameter: 'foo'.", null)), provider_name: 'X' },
        },
      },
      { foo: 1 },
    ],
  ])('is no row’s fault: %s, %i %j', (name, status, said, parameters) => {
    const error = judged(status, said, { ...parameters, other: 1 });

    expect(error.kind).toBe('misconfigured');
    expect(error.message).toContain(`the fabric's parameter ${name} is refused`);
  });

  it.each<[string, JsonObject, string]>([
    [
      "Unsupported parameter: 'max_tokens' is not supported.",
      { max_tokens: 1 },
      'write max_completion_tokens in its place',
    ],
    [
      "Unsupported parameter: 'max_completion_tokens'.",
      { max_completion_tokens: 1 },
      'write max_tokens in its place',
    ],
    ["Unsupported value: 'temperature' does not support 0.", { temperature: 0 }, 'reasoning_effort: none'],
    ["Unknown parameter: 'foo'.", { foo: 1 }, 'leave it out'],
    [
      'max_tokens is too large: 50000. This model supports at most 16384.',
      { max_tokens: 50_000 },
      'write a smaller value',
    ],
  ])('says what to write instead: %s', (message, parameters, advice) => {
    expect(judged(400, openai(message, null), parameters).message).toContain(advice);
  });

  it.each<[number, object, JsonObject]>([
    [400, openai("Unknown parameter: 'foo'.", null), { bar: 1 }],
    [400, openai('messages: roles must alternate between "user" and "assistant"', null), { user: 'me' }],
    [400, openai('The text "the temperature is high" is not allowed', null), { temperature: 1 }],
    [
      400,
      openai("This model's maximum context length is 8192 tokens", 'context_length_exceeded'),
      { max_tokens: 1 },
    ],
    [
      400,
      anthropic(
        'invalid_request_error',
        undefined,
        'input length and `max_tokens` exceed context limit: 1 + 2 > 2',
      ),
      { max_tokens: 1 },
    ],
    [429, openai("Unknown parameter: 'foo'.", null), { foo: 1 }],
  ])('is left as it is where it is about something else: %i %j', (status, said, parameters) => {
    const body = JSON.stringify(said);

    expect(judged(status, said, parameters).kind).toBe(
      callErrorOfRefusal({ status, body, retryAfterMs: undefined }).kind,
    );
  });
});

describe('what a model is known to refuse', () => {
  const known = (model: string, parameters: JsonObject, baseUrl?: string) =>
    knownRefusals({
      name: 'any',
      provider: model.startsWith('claude') ? 'anthropic' : 'openai',
      model,
      baseUrl:
        baseUrl ??
        (model.startsWith('claude') ? 'https://api.anthropic.com/v1' : 'https://api.openai.com/v1'),
      prompt: '',
      partials: {},
      limits: {},
      onTruncate: 'fail',
      parameters,
    }).map((line) => /parameter (\w+)/.exec(line)?.[1]);

  it.each<[string, JsonObject, string[]]>([
    ['gpt-6-luna', { max_tokens: 60, temperature: 0 }, ['max_tokens', 'temperature']],
    ['gpt-6-luna', { max_completion_tokens: 60, temperature: 0, reasoning_effort: 'none' }, []],
    ['gpt-6-astra', { temperature: 0, reasoning_effort: 'none' }, ['temperature']],
    ['gpt-6.1-sol', { temperature: 0, reasoning_effort: 'none' }, ['temperature']],
    ['gpt-5', { temperature: 0 }, ['temperature']],
    ['gpt-5-mini-2025-08-07', { temperature: 0 }, ['temperature']],
    ['gpt-5.2', { temperature: 0 }, []],
    ['gpt-5.2', { temperature: 0, reasoning_effort: 'low' }, ['temperature']],
    ['gpt-5.6', { temperature: 0 }, ['temperature']],
    ['gpt-6-luna', { temperature: 1 }, []],
    [
      'gpt-6-luna',
      { prompt_cache_retention: '24h', logit_bias: {} },
      ['logit_bias', 'prompt_cache_retention'],
    ],
    ['o3', { stop: ['x'] }, ['stop']],
    ['gpt-4.1-mini', { max_tokens: 60, temperature: 0 }, []],
    ['gpt-5-chat-latest', { max_tokens: 60 }, []],
    ['claude-sonnet-5-5', { temperature: 0, max_tokens: 2_000 }, ['temperature']],
    ['claude-opus-4-7', { top_k: 5 }, ['top_k']],
    ['claude-haiku-4-5', { temperature: 0 }, []],
    ['claude-sonnet-4-6', { temperature: 0 }, []],
  ])('%s, of %j: %j', (model, parameters, names) => {
    expect(known(model, parameters)).toEqual(names);
  });

  it('is nothing behind a gateway, which may write other parameters', () => {
    expect(known('gpt-6-luna', { max_tokens: 60 }, 'https://gateway.example/v1')).toEqual([]);
  });
});
