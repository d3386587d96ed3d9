import { describe, expect, it } from 'vitest';
import { anthropicResult } from '../../../src/batch-api/anthropic/anthropic-result.js';
import { anthropicMessages } from '../../../src/fabric/model/anthropic-messages.js';

describe("a line of an Anthropic batch's results", () => {
  it('is an answer as the live API gives it, with all digits of its numbers', () => {
    const message =
      '{"id":"msg_1","content":[{"type":"tool_use","input":{"price":1.10,"ean":12345678901234567890}}]}';

    expect(anthropicResult(line(`{"type":"succeeded","message":${message}}`))).toEqual({
      id: 'r-1',
      kind: 'response',
      status: 200,
      body: message,
    });
  });

  it.each([
    ['invalid_request_error', 400],
    ['authentication_error', 401],
    ['billing_error', 402],
    ['permission_error', 403],
    ['not_found_error', 404],
    ['request_too_large', 413],
    ['rate_limit_error', 429],
    ['api_error', 500],
    ['timeout_error', 504],
    ['overloaded_error', 529],
  ])('with %s is a refusal with status %i', (type, status) => {
    const error = { type: 'error', error: { type, message: 'no' }, request_id: 'req_1' };

    const result = anthropicResult(line(JSON.stringify({ type: 'errored', error })));

    expect(result).toEqual({ id: 'r-1', kind: 'response', status, body: JSON.stringify(error) });
  });

  it('may have its error without another around it', () => {
    const error = { type: 'overloaded_error', message: 'busy' };

    expect(anthropicResult(line(JSON.stringify({ type: 'errored', error })))).toMatchObject({ status: 529 });
  });

  it.each([
    ['canceled', 'cancelled'],
    ['expired', 'expired'],
  ])('of type %s was not run', (type, reason) => {
    expect(anthropicResult(line(`{"type":"${type}"}`))).toEqual({ id: 'r-1', kind: 'not-run', reason });
  });

  it.each([
    '{"type":"succeeded"}',
    '{"type":"succeeded","message":"A mug"}',
    '{"type":"errored","error":{"type":"error","error":{"type":"a_new_one"}}}',
    '{"type":"errored"}',
    '{"type":"paused"}',
    'null',
    '7',
  ])('that says nothing of use is a failure of its row: %s', (result) => {
    expect(anthropicResult(line(result))).toMatchObject({ id: 'r-1', kind: 'failed' });
  });

  it.each(['', '{', 'null', '[]', '{"result":{"type":"expired"}}', '{"custom_id":7}', '{"custom_id":""}'])(
    'that has no id, or is no JSON, is unreadable: %s',
    (text) => {
      expect(anthropicResult(text)).toEqual({ id: undefined, kind: 'unreadable', text });
    },
  );

  it('may be an answer that the wire format reads', () => {
    const message = {
      ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-haiku-5' },
      content: [{ type: 'text', text: 'A mug.\u2028' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 7, output_tokens: 3 },
    };

    const result = anthropicResult(line(JSON.stringify({ type: 'succeeded', message })));

    const body = result.kind === 'response' ? JSON.parse(result.body) : {};
    expect(anthropicMessages.read(body)).toMatchObject({
      end: 'complete',
      answer: 'A mug.\u2028',
      usage: { input: 7, output: 3 },
    });
  });
});

function line(result: string): string {
  return `{"custom_id":"r-1","result":${result}}`;
}
