import { describe, expect, it } from 'vitest';
import { resultOfLine } from '../../src/batch-api/result-line.js';

describe('a line of results', () => {
  it.each([
    [
      'an answer, with the digits of its numbers',
      '{"custom_id":"a","response":{"status_code":200,"body":{"n":1.10,"m":9007199254740993}},"error":null}',
      { id: 'a', kind: 'response', status: 200, body: '{"n":1.10,"m":9007199254740993}' },
    ],
    [
      'an answer with the error beside it left out',
      '{"custom_id":"a","response":{"status_code":200,"body":{}}}',
      { id: 'a', kind: 'response', status: 200, body: '{}' },
    ],
    [
      'a refusal',
      '{"custom_id":"a","response":{"status_code":400,"body":{"error":{"code":"x"}}},"error":null}',
      { id: 'a', kind: 'response', status: 400, body: '{"error":{"code":"x"}}' },
    ],
    [
      'a refusal without words',
      '{"custom_id":"a","response":{"status_code":503,"body":null},"error":null}',
      { id: 'a', kind: 'response', status: 503, body: '' },
    ],
    [
      'an answer without a body',
      '{"custom_id":"a","response":{"status_code":200,"body":null},"error":null}',
      { id: 'a', kind: 'failed', message: 'status 200 without an answer' },
    ],
    [
      'a status of 0',
      '{"custom_id":"a","response":{"status_code":0,"body":{}},"error":{"message":"lost"}}',
      { id: 'a', kind: 'failed', message: 'lost' },
    ],
    [
      'a request that expired',
      '{"custom_id":"a","response":null,"error":{"code":"batch_expired","message":"late"}}',
      { id: 'a', kind: 'not-run', reason: 'expired' },
    ],
    [
      'a request that was cancelled',
      '{"custom_id":"a","response":null,"error":{"code":"batch_cancelled","message":"stop"}}',
      { id: 'a', kind: 'not-run', reason: 'cancelled' },
    ],
    [
      'an error with a status for its code',
      '{"custom_id":"a","response":null,"error":{"code":429,"message":"slow"}}',
      { id: 'a', kind: 'response', status: 429, body: '{"error":{"code":429,"message":"slow"}}' },
    ],
    [
      'an error of the service',
      '{"custom_id":"a","response":null,"error":{"code":"server_error","message":"An error occurred while processing"}}',
      { id: 'a', kind: 'failed', message: 'An error occurred while processing' },
    ],
    [
      'an error that is text',
      '{"custom_id":"a","response":null,"error":"odd"}',
      { id: 'a', kind: 'failed', message: 'odd' },
    ],
    [
      'neither',
      '{"custom_id":"a","response":null,"error":null}',
      { id: 'a', kind: 'failed', message: 'neither an answer nor an error' },
    ],
    [
      'no JSON',
      '{"custom_id":"a","resp',
      { id: undefined, kind: 'unreadable', text: '{"custom_id":"a","resp' },
    ],
    ['no object', '[1]', { id: undefined, kind: 'unreadable', text: '[1]' }],
    ['no id', '{"response":null}', { id: undefined, kind: 'unreadable', text: '{"response":null}' }],
  ])('tells %s', (_, line, expected) => {
    expect(resultOfLine(line)).toEqual(expected);
  });
});
