import { createReadStream, openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Mistral } from '@mistralai/mistralai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { FakeBatchOptions } from '../support/batch-services/fake-batch-server.js';
import { fakeBatchesForTest } from '../support/batch-services/fake-batches-for-test.js';
import { mistralBatches } from '../support/batch-services/mistral-batches.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The services' own clients read what the fake says as strictly as they read the service. */
describe("OpenAI's client and the fake", () => {
  it('upload, create, poll, list and read', async () => {
    const { client, file } = await openai({ behave: () => ({ runningPolls: 1, finalizingPolls: 1 }) }, [
      'good',
      'bad',
    ]);

    const batch = await client.batches.create({
      input_file_id: file.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      metadata: { batchai: 'tag-1' },
    });
    const states = [batch.status];
    let polled = batch;
    while (polled.status !== 'completed') {
      polled = await client.batches.retrieve(batch.id);
      states.push(polled.status);
    }
    const listed = [];
    for await (const one of client.batches.list({ limit: 1 })) listed.push(one.id);
    const output = await (await client.files.content(polled.output_file_id ?? '')).text();
    const errors = await (await client.files.content(polled.error_file_id ?? '')).text();

    expect(file).toMatchObject({ filename: 'shard.jsonl', purpose: 'batch', object: 'file' });
    expect(states).toEqual(['validating', 'in_progress', 'finalizing', 'completed']);
    expect(polled.request_counts).toEqual({ total: 2, completed: 1, failed: 1 });
    expect(polled.metadata).toEqual({ batchai: 'tag-1' });
    expect(listed).toEqual([batch.id]);
    expect(JSON.parse(output)).toMatchObject({
      custom_id: 'good',
      response: { status_code: 200, body: { choices: [{ message: { content: 'fine' } }] } },
    });
    expect(JSON.parse(errors)).toMatchObject({ custom_id: 'bad', response: { status_code: 400 } });
  });

  it('cancel, which ends later, and remove files', async () => {
    const { client, file, fake } = await openai({ behave: () => ({ runningPolls: 9 }) }, ['a', 'b']);
    const { id } = await client.batches.create({
      input_file_id: file.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    });
    await client.batches.retrieve(id);

    const asked = await client.batches.cancel(id);
    await client.batches.retrieve(id);
    const cancelled = await client.batches.retrieve(id);
    const deleted = await client.files.delete(file.id);

    expect([asked.status, cancelled.status]).toEqual(['cancelling', 'cancelled']);
    expect(deleted).toEqual({ id: file.id, object: 'file', deleted: true });
    expect(fake.ledger.totals.billed).toBe(1);
  });

  it('tell refusals by their classes', async () => {
    const { client, fake } = await openai({}, ['a']);
    const other = new OpenAI({ apiKey: 'wrong', baseURL: fake.url, maxRetries: 0 });

    await expect(client.batches.retrieve('batch_9')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(other.files.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(
      client.batches.create({
        input_file_id: 'file-9',
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
      }),
    ).rejects.toMatchObject({ status: 400, param: 'file_id' });
  });

  it('fail a batch by its file, with the line at fault', async () => {
    const { client, fake } = await openai({}, ['a']);
    const path = join(await temporaryFolder(), 'odd.jsonl');
    await writeFile(path, `${chatLine('a')}\nno json\n${chatLine('a')}\n`);
    const file = await client.files.create({ purpose: 'batch', file: createReadStream(path) });
    const { id } = await client.batches.create({
      input_file_id: file.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    });

    const failed = await client.batches.retrieve(id);

    expect(failed.status).toBe('failed');
    expect(failed.errors?.data).toMatchObject([
      { code: 'invalid_json_line', line: 2 },
      { code: 'duplicate_custom_id', line: 3 },
    ]);
    expect(fake.ledger.totals.billed).toBe(0);
  });

  it('answer the same live as in a batch', async () => {
    const { client, fake } = await openai({}, []);

    const live = await client.chat.completions.create({
      model: 'gpt-6-luna',
      messages: [{ role: 'user', content: 'good' }],
    });

    expect(live.choices[0]?.message.content).toBe('fine');
    expect(fake.ledger.billed('good')).toBe(1);
  });
});

describe("Mistral's client and the fake", () => {
  it('upload, create, poll, list, read and delete', async () => {
    const fake = await fakeBatchesForTest({
      services: [mistralBatches],
      behave: () => ({ validatingPolls: 1, runningPolls: 1 }),
    });
    const client = new Mistral({ apiKey: 'test-key', serverURL: fake.origin });
    const path = join(await temporaryFolder(), 'shard.jsonl');
    const messages = [{ role: 'user', content: 'good' }];
    await writeFile(path, `${JSON.stringify({ custom_id: 'a', body: { messages } })}\n`);

    const file = await client.files.upload({
      purpose: 'batch',
      file: { fileName: 'shard.jsonl', content: await openAsBlob(path) },
    });
    const job = await client.batch.jobs.create({
      inputFiles: [file.id],
      endpoint: '/v1/chat/completions',
      model: 'mistral-small-latest',
      metadata: { batchai: 'tag-1' },
    });
    const states = [job.status];
    let polled = job;
    while (polled.status !== 'SUCCESS') {
      polled = await client.batch.jobs.get({ jobId: job.id });
      states.push(polled.status);
    }
    const { data: listed } = await client.batch.jobs.list({ createdAfter: new Date(Date.now() - 60_000) });
    const output = await new Response(
      await client.files.download({ fileId: polled.outputFile ?? '' }),
    ).text();
    const deleted = await client.files.delete({ fileId: file.id });

    expect(states).toEqual(['QUEUED', 'QUEUED', 'RUNNING', 'SUCCESS']);
    expect(polled).toMatchObject({ totalRequests: 1, succeededRequests: 1, failedRequests: 0 });
    expect(listed?.map(({ id, metadata }) => [id, metadata])).toEqual([[job.id, { batchai: 'tag-1' }]]);
    expect(JSON.parse(output)).toMatchObject({
      custom_id: 'a',
      response: { status_code: 200, body: { model: 'mistral-small-latest' } },
    });
    expect(deleted).toMatchObject({ id: file.id, deleted: true });
  });
});

async function openai(options: FakeBatchOptions, prompts: readonly string[]) {
  const fake = await fakeBatchesForTest({
    answer: ({ prompt }) =>
      prompt === 'bad'
        ? { kind: 'refusal', status: 400, body: { error: { message: 'odd', type: 'invalid_request_error' } } }
        : 'fine',
    ...options,
  });
  const client = new OpenAI({ apiKey: 'test-key', baseURL: fake.url, maxRetries: 0 });
  const path = join(await temporaryFolder(), 'shard.jsonl');
  await writeFile(path, prompts.map((prompt) => `${chatLine(prompt)}\n`).join(''));
  const file = await client.files.create({ purpose: 'batch', file: createReadStream(path) });
  return { fake, client, file };
}

function chatLine(prompt: string): string {
  const body = { model: 'gpt-6-luna', messages: [{ role: 'user', content: prompt }] };
  return JSON.stringify({ custom_id: prompt, method: 'POST', url: '/v1/chat/completions', body });
}
