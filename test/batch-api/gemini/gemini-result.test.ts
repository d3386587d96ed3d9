import { describe, expect, it } from 'vitest';
import { geminiResponse, geminiResult } from '../../../src/batch-api/gemini/gemini-result.js';

describe("a line of a Gemini batch's responses", () => {
  it('is an answer as the live API gives it, with all digits of its numbers', () => {
    const response = '{"candidates":[],"usageMetadata":{"promptTokenCount":12345678901234567890}}';

    expect(geminiResult(`{"key":"r-1","response":${response}}`)).toEqual({
      id: 'r-1',
      kind: 'response',
      status: 200,
      body: response,
    });
  });

  it.each([
    [2, 500],
    [3, 400],
    [4, 504],
    [5, 404],
    [7, 403],
    [8, 429],
    [9, 400],
    [13, 500],
    [14, 503],
    [16, 401],
    [429, 429],
    [503, 503],
  ])('with an error of code %i is a refusal with status %i', (code, status) => {
    const result = geminiResult(JSON.stringify({ key: 'r-1', error: { code, message: 'no' } }));

    const body = JSON.stringify({ error: { code: status, message: 'no' } });
    expect(result).toEqual({ id: 'r-1', kind: 'response', status, body });
  });

  it('may name its error in words alone', () => {
    const error = { status: 'RESOURCE_EXHAUSTED', message: 'slow down' };

    expect(geminiResult(JSON.stringify({ key: 'r-1', error }))).toMatchObject({ status: 429 });
  });

  it.each([{ code: 1, message: 'The operation was cancelled.' }, { status: 'CANCELLED' }])(
    'of a request that was cancelled was not run: %j',
    (error) => {
      const result = geminiResult(JSON.stringify({ key: 'r-1', error }));

      expect(result).toEqual({ id: 'r-1', kind: 'not-run', reason: 'cancelled' });
    },
  );

  it.each([{}, { response: null }, { response: 'A mug' }, { error: {} }, { error: { code: 99 } }])(
    'that says nothing of use is a failure of its row: %j',
    (line) => {
      expect(geminiResult(JSON.stringify({ key: 'r-1', ...line }))).toMatchObject({
        id: 'r-1',
        kind: 'failed',
      });
    },
  );

  it.each(['', '{', 'null', '[]', '{"response":{}}', '{"key":7}', '{"key":""}', '{"metadata":{}}'])(
    'that has no key, or is no JSON, is unreadable: %s',
    (text) => {
      expect(geminiResult(text)).toEqual({ id: undefined, kind: 'unreadable', text });
    },
  );

  it('has its key in its metadata where it stands in the batch itself', () => {
    const response = { candidates: [] };

    expect(geminiResponse({ metadata: { key: 'r-1' }, response })).toMatchObject({ id: 'r-1', status: 200 });
    expect(geminiResponse({ response })).toBeUndefined();
    expect(geminiResponse(null)).toBeUndefined();
  });
});
