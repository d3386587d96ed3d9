import { describe, expect, it } from 'vitest';
import { geminiBatch, inlinedResponses } from '../../../src/batch-api/gemini/gemini-batch.js';
import type { JsonObject } from '../../../src/rows/row.js';

const OUTPUT = { responsesFile: 'files/batch-a' };

describe("a batch as Gemini's API describes it", () => {
  it.each([
    ['BATCH_STATE_UNSPECIFIED', 'queued'],
    ['BATCH_STATE_PENDING', 'queued'],
    ['BATCH_STATE_RUNNING', 'running'],
    ['BATCH_STATE_FAILED', 'ended'],
    ['BATCH_STATE_CANCELLED', 'ended'],
    ['BATCH_STATE_EXPIRED', 'ended'],
    ['JOB_STATE_QUEUED', 'queued'],
    ['JOB_STATE_CANCELLING', 'cancelling'],
    ['JOB_STATE_PARTIALLY_SUCCEEDED', 'ended'],
    ['JOB_STATE_PAUSED', 'running'],
    ['BATCH_STATE_A_NEW_ONE', 'running'],
  ])('in state %s is %s', (state, phase) => {
    expect(batchOf({ state })).toMatchObject({ id: 'batches/a', phase, word: state });
  });

  it('has its counts as texts, and leaves out those of 0', () => {
    const batchStats = { requestCount: '5', failedRequestCount: '2' };

    expect(batchOf({ batchStats }).counts).toEqual({ total: 5, succeeded: 0, failed: 2 });
    expect(batchOf({}).counts).toBeUndefined();
    expect(batchOf({ batchStats: {} }).counts).toBeUndefined();
  });

  it('expires two days after its creation', () => {
    const createdAt = Date.parse('2026-11-29T12:00:00.123Z');

    expect(batchOf({ createTime: '2026-11-29T12:00:00.123456789Z' })).toMatchObject({
      createdAt,
      expiresAt: createdAt + 48 * 3_600_000,
    });
    expect(batchOf({ createTime: 'soon' })).not.toHaveProperty('createdAt');
  });

  it.each<[string, JsonObject]>([
    ['response', { response: OUTPUT }],
    ['response, in an output', { response: { output: OUTPUT } }],
    ['metadata', { metadata: { state: 'BATCH_STATE_SUCCEEDED', output: OUTPUT } }],
    ['metadata, beside an empty response', { response: {}, metadata: { output: OUTPUT } }],
  ])('names its responses in its %s', (_, operation) => {
    const batch = geminiBatch({ name: 'batches/a', done: true, ...operation });

    expect(batch).toMatchObject({ phase: 'ended', details: { responsesFile: 'files/batch-a' } });
  });

  it('may come without an operation around it', () => {
    const batch = geminiBatch({ name: 'batches/a', state: 'BATCH_STATE_SUCCEEDED', output: OUTPUT });

    expect(batch).toMatchObject({ phase: 'ended', details: { responsesFile: 'files/batch-a' } });
  });

  it('is being made ready while it succeeded and says nowhere what came out of it', () => {
    expect(batchOf({ state: 'BATCH_STATE_SUCCEEDED' }).phase).toBe('finalizing');
    expect(batchOf({ state: 'BATCH_STATE_SUCCEEDED', output: OUTPUT }).phase).toBe('ended');
    expect(
      geminiBatch({ name: 'batches/a', done: true, metadata: { state: 'BATCH_STATE_SUCCEEDED' } }).phase,
    ).toBe('ended');
  });

  it('that was cancelled is no refusal, although its operation has an error', () => {
    const error = { code: 1, message: 'cancelled' };
    const batch = geminiBatch({
      name: 'batches/a',
      done: true,
      error,
      metadata: { state: 'BATCH_STATE_CANCELLED' },
    });

    expect(batch.phase).toBe('ended');
    expect(batch.refusal).toBeUndefined();
  });

  it.each([
    [{ code: 3, message: 'bad file' }, 'refused'],
    [{ code: 7, message: 'no' }, 'account'],
    [{ code: 8, message: 'quota' }, 'later'],
    [{ code: 13, message: 'oops' }, 'later'],
    [undefined, 'refused'],
  ])('that failed with %j is a refusal: %s', (error, kind) => {
    const operation = { name: 'batches/a', done: true, metadata: { state: 'BATCH_STATE_FAILED' } };

    expect(geminiBatch({ ...operation, ...(error && { error }) }).refusal).toMatchObject({ kind });
  });

  it('that failed with something done is none', () => {
    const batchStats = { requestCount: '2', successfulRequestCount: '1' };

    expect(batchOf({ state: 'BATCH_STATE_FAILED', batchStats }).refusal).toBeUndefined();
    expect(batchOf({ state: 'BATCH_STATE_FAILED', output: OUTPUT }).refusal).toBeUndefined();
  });

  it.each([null, [], {}, { name: 'files/a' }, { name: 7 }])('is no %j', (body) => {
    expect(() => geminiBatch(body)).toThrow('an answer that describes no batch');
  });
});

it('holds responses itself, in one of two places', () => {
  const responses = [{ metadata: { key: 'a' }, response: {} }];
  const output = { inlinedResponses: { inlinedResponses: responses } };

  expect(inlinedResponses({ name: 'batches/a', response: output })).toEqual(responses);
  expect(inlinedResponses({ name: 'batches/a', metadata: { output }, response: output })).toEqual(responses);
  expect(inlinedResponses({ name: 'batches/a', metadata: { output } })).toEqual(responses);
  expect(inlinedResponses({ name: 'batches/a' })).toEqual([]);
});

function batchOf(metadata: JsonObject) {
  return geminiBatch({ name: 'batches/a', metadata });
}
