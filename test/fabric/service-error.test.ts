import { describe, expect, it } from 'vitest';
import type { CallErrorKind } from '../../src/fabric/call-error.js';
import { callErrorOfRefusal } from '../../src/fabric/http/service-error.js';

/** What a service sends, and what it means. */
type Case = [status: number, body: string | object, kind: CallErrorKind];

const openai = (message: string, code: string | null, type = 'invalid_request_error') => ({
  error: { message, type, param: null, code },
});
const anthropic = (type: string, details?: object) => ({
  type: 'error',
  error: { type, message: 'as the documentation has it', ...(details && { details }) },
  request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy',
});
const gemini = (code: number, status: string, message: string, details: object[] = []) => ({
  error: { code, message, status, details },
});
const mistral = (message: string, type: string, code: string | number | null) => ({
  object: 'error',
  message,
  type,
  param: null,
  code,
});

const quotaFailure = (quotaId: string) => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{ quotaMetric: 'generativelanguage.googleapis.com/requests', quotaId, quotaValue: '50' }],
});

const STOP_THE_RUN: Record<string, Case[]> = {
  OpenAI: [
    [401, openai('Incorrect API key provided: sk-…', 'invalid_api_key'), 'auth'],
    [
      403,
      openai('Country, region, or territory not supported', 'unsupported_country_region_territory'),
      'auth',
    ],
    [404, openai('The model `gpt-9` does not exist', 'model_not_found'), 'unknown-fabric'],
    [429, openai('You exceeded your current quota', 'insufficient_quota', 'insufficient_quota'), 'no-credit'],
    [429, openai('You exceeded your current quota', null, 'insufficient_quota'), 'no-credit'],
    [429, openai('No credit left', 'credit_balance_exhausted'), 'no-credit'],
    [429, openai('Limit of the project', 'project_spend_limit_exceeded'), 'no-credit'],
    [429, openai('Limit of the organization', 'organization_spend_limit_exceeded'), 'no-credit'],
    [429, openai('Limit of the organization', 'organization_usage_limit_exceeded'), 'no-credit'],
  ],
  Anthropic: [
    [401, anthropic('authentication_error'), 'auth'],
    [403, anthropic('permission_error'), 'auth'],
    [402, anthropic('billing_error'), 'no-credit'],
    [404, anthropic('not_found_error'), 'unknown-fabric'],
    [429, anthropic('rate_limit_error', { error_code: 'enforced_spend_limit_reached' }), 'no-credit'],
    [429, anthropic('rate_limit_error', { error_code: 'contract_spend_limit_reached' }), 'no-credit'],
  ],
  Gemini: [
    [401, gemini(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'), 'auth'],
    [403, gemini(403, 'PERMISSION_DENIED', 'Your API key was reported as leaked.'), 'auth'],
    [402, gemini(402, 'FAILED_PRECONDITION', 'Prepaid credits are used up.'), 'no-credit'],
    [
      429,
      gemini(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota. Please retry in 46.9s.', [
        quotaFailure('GenerateRequestsPerDayPerProjectPerModel-FreeTier'),
      ]),
      'no-credit',
    ],
    [
      429,
      gemini(
        429,
        'RESOURCE_EXHAUSTED',
        'Quota exceeded for metric: generate_content_free_tier_requests, limit: 0, model: gemini-pro',
      ),
      'no-credit',
    ],
  ],
  'Azure OpenAI': [
    [401, openai('Access denied due to invalid subscription key.', '401'), 'auth'],
    [
      404,
      openai('The API deployment for this resource does not exist.', 'DeploymentNotFound'),
      'unknown-fabric',
    ],
    [429, openai('Out of quota', 'insufficient_quota'), 'no-credit'],
  ],
  OpenRouter: [
    [401, { error: { code: 401, message: 'User not found.' } }, 'auth'],
    [402, { error: { code: 402, message: 'Insufficient credits' } }, 'no-credit'],
  ],
  Groq: [[401, openai('Invalid API Key', 'invalid_api_key'), 'auth']],
  Together: [
    [401, openai('Invalid API key', 'invalid_api_key'), 'auth'],
    [402, openai('Spending limit', null), 'no-credit'],
  ],
  Mistral: [[401, mistral('Unauthorized', 'invalid_request_error', null), 'auth']],
  Promptha: [
    [401, { message: 'The API key is not valid.' }, 'auth'],
    [402, { error: { message: 'no credits left' } }, 'no-credit'],
    [404, { message: 'There is no fabric "x".' }, 'unknown-fabric'],
  ],
};

const WAIT_AND_RETRY: Record<string, Case[]> = {
  OpenAI: [
    [408, openai('Request timed out', null), 'timeout'],
    [409, openai('Try again', null), 'server'],
    [500, openai('The server had an error', null, 'server_error'), 'server'],
    [502, '<html>Bad gateway</html>', 'server'],
    [504, '', 'server'],
    [429, openai('Rate limit reached', 'rate_limit_exceeded', 'requests'), 'rate-limit'],
    [429, openai('Slow down', 'slow_down'), 'overloaded'],
    [503, openai('Slow down', 'slow_down'), 'overloaded'],
    [503, openai('The server is overloaded', 'server_is_overloaded'), 'overloaded'],
  ],
  Anthropic: [
    [429, anthropic('rate_limit_error'), 'rate-limit'],
    [429, anthropic('rate_limit_error', { error_code: 'something_else' }), 'rate-limit'],
    [529, anthropic('overloaded_error'), 'overloaded'],
    [500, anthropic('api_error'), 'server'],
  ],
  Gemini: [
    [
      429,
      gemini(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded, limit: 15. Please retry in 46s.', [
        quotaFailure('GenerateRequestsPerMinutePerProjectPerModel-FreeTier'),
      ]),
      'rate-limit',
    ],
    [503, gemini(503, 'UNAVAILABLE', 'The model is overloaded.'), 'server'],
  ],
  'Azure OpenAI': [[429, openai('Rate limit is exceeded.', '429'), 'rate-limit']],
  OpenRouter: [
    [408, { error: { code: 408, message: 'Timed out' } }, 'timeout'],
    [429, { error: { code: 429, message: 'Rate limited' } }, 'rate-limit'],
    [502, { error: { code: 502, message: 'The provider is down' } }, 'server'],
    [503, { error: { code: 503, message: 'No provider' } }, 'server'],
  ],
  Groq: [
    [429, openai('Rate limit reached', 'rate_limit_exceeded'), 'rate-limit'],
    [498, openai('Flex capacity exceeded', 'capacity_exceeded'), 'overloaded'],
  ],
  Together: [
    [429, openai('Rate limited', null), 'rate-limit'],
    [503, openai('At the dynamic limit', null), 'server'],
  ],
  Mistral: [
    [429, mistral('Requests rate limit exceeded', 'rate_limited', '1300'), 'rate-limit'],
    [500, mistral('Internal', 'internal_server_error', 1000), 'server'],
    [502, 'Bad gateway', 'server'],
    [503, mistral('Unreachable backend', 'unreachable_backend', '1100'), 'server'],
    [504, 'Gateway time-out', 'server'],
  ],
  'llama.cpp, Ollama, vLLM': [
    [503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }, 'server'],
    [503, { error: 'server busy, please try again. maximum pending requests exceeded' }, 'server'],
  ],
};

const THE_ROWS_OWN: Record<string, Case[]> = {
  'any service': [
    [400, { message: 'The input "name" is missing.' }, 'bad-request'],
    [413, '<h1>413 Request Entity Too Large</h1>', 'too-large'],
    [422, { detail: 'not processable' }, 'unprocessable'],
  ],
  'a content refusal': [
    [400, openai('The response was filtered', 'content_filter'), 'refused'],
    [400, openai('Your request was rejected', 'content_policy_violation'), 'refused'],
    [
      400,
      {
        error: {
          message:
            "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
          type: null,
          param: 'prompt',
          code: 'content_filter',
          status: 400,
          innererror: { code: 'ResponsibleAIPolicyViolation' },
        },
      },
      'refused',
    ],
    [403, openai('Your request was rejected', 'content_policy_violation'), 'refused'],
  ],
  'a context overflow': [
    [
      400,
      openai("This model's maximum context length is 8192 tokens", 'context_length_exceeded'),
      'too-large',
    ],
    [413, anthropic('request_too_large'), 'too-large'],
  ],
};

describe.each(Object.entries(STOP_THE_RUN))('%s stops the run', (_service, cases) => {
  it.each(cases)('%i %j: %s', (status, body, kind) => {
    const error = refusal(status, body);

    expect(error.kind).toBe(kind);
    expect([error.stopsRun, error.pausesAll, error.costsAttempt]).toEqual([true, false, false]);
  });
});

describe.each(Object.entries(WAIT_AND_RETRY))('%s is tried again', (_service, cases) => {
  it.each(cases)('%i %j: %s', (status, body, kind) => {
    const error = refusal(status, body);

    expect(error.kind).toBe(kind);
    expect(error.stopsRun).toBe(false);
    expect(error.pausesAll !== error.costsAttempt).toBe(true);
  });
});

describe.each(Object.entries(THE_ROWS_OWN))("a row's own error: %s", (_service, cases) => {
  it.each(cases)('%i %j: %s', (status, body, kind) => {
    const error = refusal(status, body);

    expect(error.kind).toBe(kind);
    expect([error.stopsRun, error.pausesAll, error.costsAttempt]).toEqual([false, false, false]);
  });
});

describe('the code in the body', () => {
  it.each<Case>([
    [500, openai('No credit left', 'insufficient_quota'), 'no-credit'],
    [400, openai('Incorrect API key', 'invalid_api_key'), 'auth'],
    [400, openai('No such model', 'model_not_found'), 'unknown-fabric'],
    [500, openai('Filtered', 'content_filter'), 'refused'],
    [500, openai('Too long', 'context_length_exceeded'), 'too-large'],
    [200, anthropic('overloaded_error'), 'overloaded'],
  ])('counts more than the status: %i %j is %s', (status, body, kind) => {
    expect(refusal(status, body).kind).toBe(kind);
  });

  it('that nobody knows leaves it to the status', () => {
    expect(refusal(429, openai('?', 'brand_new_code')).kind).toBe('rate-limit');
    expect(refusal(418, openai('?', 'brand_new_code')).kind).toBe('bad-request');
  });

  it('is not taken from a text that only mentions it', () => {
    expect(refusal(429, { message: 'this is not insufficient_quota' }).kind).toBe('rate-limit');
  });
});

describe('a redirect or another answer that is none', () => {
  it.each([204, 301, 302, 304])('%i: the address is wrong', (status) => {
    expect(refusal(status, '').kind).toBe('misconfigured');
  });
});

describe('how long to wait', () => {
  it('is what the headers say', () => {
    expect(callErrorOfRefusal({ status: 429, body: '{}', retryAfterMs: 1_500 }).details).toEqual({
      status: 429,
      retryAfterMs: 1_500,
    });
  });

  it.each([
    ['Please retry in 46s', 46_000],
    ['Please retry in 46.923s.', 46_923],
    ['Please retry in 250ms.', 250],
    ['Please retry later', undefined],
  ])('stands in a message: %s', (message, expected) => {
    expect(refusal(429, gemini(429, 'RESOURCE_EXHAUSTED', message)).details.retryAfterMs).toBe(expected);
  });

  it('is taken from the headers where both say something', () => {
    const body = JSON.stringify(gemini(429, 'RESOURCE_EXHAUSTED', 'Please retry in 46s'));

    expect(callErrorOfRefusal({ status: 429, body, retryAfterMs: 2_000 }).details.retryAfterMs).toBe(2_000);
  });

  it('makes a 503 that says so a pause for everybody, at the cost of no attempt', () => {
    const error = callErrorOfRefusal({ status: 503, body: '', retryAfterMs: 3_000 });

    expect([error.kind, error.pausesAll, error.costsAttempt]).toEqual(['overloaded', true, false]);
  });
});

describe('the message', () => {
  it.each([
    [{ message: 'at the top' }, 'the service answered 500: at the top'],
    [{ error: { message: 'inside' } }, 'the service answered 500: inside'],
    [{ error: 'as a text' }, 'the service answered 500: as a text'],
    [{ detail: 'as FastAPI has it' }, 'the service answered 500: as FastAPI has it'],
    ['plain\n  text\n', 'the service answered 500: plain text'],
    ['', 'the service answered 500'],
    [{}, 'the service answered 500'],
  ])('of %j is one line', (body, expected) => {
    expect(refusal(500, body).message).toBe(expected);
  });

  it('is cut where a service sends a whole page', () => {
    expect(refusal(500, 'x'.repeat(100_000)).message.length).toBeLessThan(400);
  });

  it.each(['null', '[]', '"text"', '{"error":null}', '{"error":[]}', '{"error":{"details":null}}', '{'])(
    'is made of any body: %s',
    (body) => {
      expect(refusal(500, body).kind).toBe('server');
    },
  );
});

function refusal(status: number, body: string | object) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return callErrorOfRefusal({ status, body: text, retryAfterMs: undefined });
}
