import { describe, expect, it } from 'vitest';
import { LOOKED_AT, refusalWordsIn } from '../../src/fabric/http/refusal-words.js';
import { callErrorOfRefusal } from '../../src/fabric/http/service-error.js';
import {
  anthropic,
  type Case,
  gemini,
  openai,
  STOP_THE_RUN,
  THE_ROWS_OWN,
  WAIT_AND_RETRY,
} from './service-refusals.js';

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

  it.each<Case>([
    [429, { message: 'this is not insufficient_quota' }, 'rate-limit'],
    [400, { message: 'cannot summarise "API key not valid"' }, 'bad-request'],
    [400, { message: 'bad text: Your credit balance is too low' }, 'bad-request'],
    [
      422,
      { detail: [{ loc: ['body', 'text'], msg: 'too short', input: 'prompt is too long' }] },
      'unprocessable',
    ],
  ])('is not taken from a text that only mentions it: %i %j', (status, body, kind) => {
    expect(refusal(status, body).kind).toBe(kind);
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
    ['Rate limit reached. Please try again in 1.2s. Visit …', 1_200],
    ['Rate limit reached. Please try again in 20ms.', 20],
    ['Please retry after 7 seconds.', 7_000],
    ['Please try again in 6m0s.', undefined],
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

describe('a refusal that may be something else', () => {
  it.each([
    [403, '<html><body>Forbidden</body></html>'],
    [403, 'error code: 1020'],
    [405, '<!doctype html>'],
    [406, ''],
  ])('comes from a firewall: %i %s', (status, body) => {
    expect(refusal(status, body).details.suspect).toBe('blocked');
  });

  it('is not one of a firewall where it comes as JSON', () => {
    expect(refusal(403, anthropic('permission_error')).details.suspect).toBeUndefined();
  });

  it.each(['Internal Server Error', '', { error: { message: 'Internal Server Error', code: '500' } }])(
    'is a plain failure of a call without a key: %j',
    (said) => {
      const body = typeof said === 'string' ? said : JSON.stringify(said);
      const error = (isKeyless: boolean) =>
        callErrorOfRefusal({ status: 500, body, retryAfterMs: undefined, isKeyless });

      expect([error(true).details.suspect, error(false).details.suspect]).toEqual(['no-key', undefined]);
    },
  );
});

describe('the words of a service', () => {
  const MADE_FOR_US = [
    'queue '.repeat(200_000),
    `input token count ${'x'.repeat(1_000_000)}`,
    'x'.repeat(1_000_000),
    '*'.repeat(1_000_000),
    `litellm.${'Error: '.repeat(200_000)}`,
    `please retry in ${'1'.repeat(1_000_000)}`,
    `limit:${' '.repeat(1_000_000)}`,
    `You exceeded your current quota, please check your plan${' retry'.repeat(200_000)}`,
  ];

  it.each(MADE_FOR_US.map((text) => [text.slice(0, 20), text]))(
    'are looked at up to a bound: %s…',
    (_name, text) => {
      const bodies = [text, JSON.stringify({ error: { message: text, code: text, param: text } })];
      for (const body of bodies) {
        for (const status of [400, 403, 429, 500, 503]) {
          expect(refusal(status, body).message.length).toBeLessThan(400);
        }
      }
    },
    5_000,
  );

  it('are no longer than the bound wherever they are found', () => {
    const long = 'x'.repeat(1_000_000);
    const words = refusalWordsIn(
      JSON.stringify({
        error: { message: `litellm.Error: ${long}`, code: long, param: long, metadata: { raw: long } },
      }),
    );

    const lengths = [words.message, words.inner, words.param, words.upstream, ...words.codes].map(
      (t) => t.length,
    );
    expect(Math.max(...lengths)).toBeLessThanOrEqual(LOOKED_AT);
  });
});

describe('the message', () => {
  it.each([
    [{ message: 'at the top' }, 'the service answered 500: at the top'],
    [{ error: { message: 'inside' } }, 'the service answered 500: inside'],
    [{ error: 'as a text' }, 'the service answered 500: as a text'],
    [{ detail: 'as FastAPI has it' }, 'the service answered 500: as FastAPI has it'],
    [
      { detail: [{ loc: ['body', 'top_k'], msg: 'no', input: 'a secret' }, { msg: 'no more' }] },
      'the service answered 500: body.top_k: no; no more',
    ],
    [
      { object: 'error', message: { detail: [{ loc: ['body', 'n'], msg: 'no' }] } },
      'the service answered 500: body.n: no',
    ],
    [[{ error: { message: 'in a list' } }], 'the service answered 500: in a list'],
    ['plain\n  text\n', 'the service answered 500: plain text'],
    ['', 'the service answered 500'],
    [{}, 'the service answered 500'],
  ])('of %j is one line', (body, expected) => {
    expect(refusal(500, body).message).toBe(expected);
  });

  it('is cut where a service sends a whole page', () => {
    expect(refusal(500, 'x'.repeat(100_000)).message.length).toBeLessThan(400);
  });

  it.each([
    'null',
    '[]',
    '"text"',
    '{"error":null}',
    '{"error":[]}',
    '{"error":{"details":null}}',
    '[null]',
    '{"detail":[7]}',
    '{',
  ])('is made of any body: %s', (body) => {
    expect(refusal(500, body).kind).toBe('server');
  });
});

function refusal(status: number, body: string | object) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return callErrorOfRefusal({ status, body: text, retryAfterMs: undefined });
}
