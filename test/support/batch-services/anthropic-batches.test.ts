import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { anthropicBatches } from './anthropic-batches.js';
import type { FakeBatchOptions, FakeBatchServer } from './fake-batch-server.js';
import { fakeBatchesForTest } from './fake-batches-for-test.js';

describe('the fake of Message Batches, with the official client', () => {
  it('creates, ends and tells results, as a live call would', async () => {
    const { client } = await started({
      behave: () => ({ runningPolls: 1, lines: { order: 'reversed' } }),
      answer: ({ prompt }) =>
        prompt === 'bad' ? { kind: 'refusal', status: 400, body: error('too odd') } : `said ${prompt}`,
    });

    const live = await client.messages.create(params('a'));
    const created = await client.messages.batches.create({ requests: requests('a', 'bad') });
    const running = await client.messages.batches.retrieve(created.id);
    const ended = await client.messages.batches.retrieve(created.id);
    const results = await collected(await client.messages.batches.results(created.id));

    expect(created).toMatchObject({ processing_status: 'in_progress', results_url: null, ended_at: null });
    expect(running.request_counts).toMatchObject({ processing: 2, succeeded: 0 });
    expect(ended).toMatchObject({
      processing_status: 'ended',
      request_counts: { processing: 0, succeeded: 1, errored: 1, canceled: 0, expired: 0 },
    });
    expect(results.map(({ custom_id: id }) => id)).toEqual(['bad', 'a']);
    expect(results[0]?.result).toMatchObject({ type: 'errored', error: error('too odd') });
    expect(live.usage.service_tier).toBe('standard');
    expect(results[1]?.result).toEqual({
      type: 'succeeded',
      message: { ...live, usage: { ...live.usage, service_tier: 'batch' } },
    });
  });

  it('cancels later, with what was run and what was not', async () => {
    const { client, fake } = await started({ behave: () => ({ runningPolls: 9, doneShare: 0.5 }) });
    const { id } = await client.messages.batches.create({ requests: requests('a', 'b') });

    const asked = await client.messages.batches.cancel(id);
    await client.messages.batches.retrieve(id);
    const ended = await client.messages.batches.retrieve(id);
    const results = await collected(await client.messages.batches.results(id));

    expect(asked.processing_status).toBe('canceling');
    expect(ended.request_counts).toMatchObject({ succeeded: 1, canceled: 1 });
    expect(results.map(({ result }) => result.type)).toEqual(['succeeded', 'canceled']);
    expect(fake.ledger.totals.billed).toBe(1);
  });

  it('expires after a day', async () => {
    const { client, fake } = await started({ behave: () => ({ runningPolls: 9, doneShare: 0 }) });
    const { id } = await client.messages.batches.create({ requests: requests('a') });
    fake.advance(24 * 3_600_000);

    const ended = await client.messages.batches.retrieve(id);
    const results = await collected(await client.messages.batches.results(id));

    expect(ended.request_counts).toMatchObject({ expired: 1 });
    expect(results).toEqual([{ custom_id: 'a', result: { type: 'expired' } }]);
  });

  it('lists in pages, the newest first, and deletes what has ended', async () => {
    const { client } = await started();
    for (let batch = 0; batch < 5; batch++) {
      await client.messages.batches.create({ requests: requests('a') });
    }
    await client.messages.batches.retrieve('msgbatch_5');

    const deleted = await client.messages.batches.delete('msgbatch_5');
    const listed = await collected(client.messages.batches.list({ limit: 2 }));

    expect(deleted.type).toBe('message_batch_deleted');
    expect(listed.map(({ id }) => id)).toEqual([4, 3, 2, 1].map((nth) => `msgbatch_${nth}`));
  });

  it.each([
    [[], 400, /requests/],
    [requests('a', 'a'), 400, /not unique/],
    [[{ custom_id: 'x'.repeat(65), params: params('a') }], 400, /custom_id/],
    [[{ custom_id: 'ü', params: params('a') }], 400, /custom_id/],
  ])('refuses a bad envelope at once', async (requests, status, message) => {
    const { client } = await started();

    const failure = await client.messages.batches.create({ requests }).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(APIError);
    expect(failure).toMatchObject({ status, message: expect.stringMatching(message) });
  });

  it('shows a batch to its own key alone', async () => {
    const { client, fake } = await started({ keys: ['test-key', 'other-key'] });
    const { id } = await client.messages.batches.create({ requests: requests('a') });
    const other = clientOf(fake, 'other-key');

    await expect(other.messages.batches.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(clientOf(fake, 'no-key').messages.batches.list()).rejects.toMatchObject({ status: 401 });
  });
});

async function started(options: FakeBatchOptions = {}) {
  const fake = await fakeBatchesForTest({ services: [anthropicBatches()], ...options });
  return { fake, client: clientOf(fake, 'test-key') };
}

function clientOf({ origin }: FakeBatchServer, apiKey: string): Anthropic {
  return new Anthropic({ apiKey, authToken: null, baseURL: origin, maxRetries: 0 });
}

function params(prompt: string) {
  return {
    model: 'claude-haiku-5',
    max_tokens: 9,
    messages: [{ role: 'user' as const, content: prompt }],
  };
}

function requests(...prompts: string[]) {
  return prompts.map((prompt) => ({ custom_id: prompt, params: params(prompt) }));
}

function error(message: string) {
  return { type: 'error', error: { type: 'invalid_request_error', message } };
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
