import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GoogleGenAI, JobState } from '@google/genai';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';
import type { FakeBatchOptions } from './fake-batch-server.js';
import { fakeBatchesForTest } from './fake-batches-for-test.js';
import { geminiBatches } from './gemini-batches.js';

const MODEL = 'gemini-2.5-flash';

describe("the fake of Gemini's batches, with the official client", () => {
  it('takes a file and gives one, with an error among the answers', async () => {
    const { client, upload, folder } = await started({
      behave: () => ({ runningPolls: 1 }),
      answer: ({ prompt }) =>
        prompt === 'bad'
          ? { kind: 'refusal', status: 503, body: { error: { message: 'overloaded' } } }
          : `said ${prompt}`,
    });

    const file = await upload('a', 'bad');
    const created = await client.batches.create({
      model: MODEL,
      src: file.name ?? '',
      config: { displayName: 'mine' },
    });
    const running = await client.batches.get({ name: created.name ?? '' });
    const ended = await client.batches.get({ name: created.name ?? '' });
    const path = join(folder, 'responses.jsonl');
    await client.files.download({ file: ended.dest?.fileName ?? '', downloadPath: path });

    expect(file).toMatchObject({ displayName: 'requests', sizeBytes: expect.any(String), state: 'ACTIVE' });
    expect(created).toMatchObject({ state: JobState.JOB_STATE_PENDING, displayName: 'mine' });
    expect(running.state).toBe(JobState.JOB_STATE_RUNNING);
    expect(ended.state).toBe(JobState.JOB_STATE_SUCCEEDED);
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        key: 'a',
        response: expect.objectContaining({
          candidates: [
            { content: { parts: [{ text: 'said a' }], role: 'model' }, finishReason: 'STOP', index: 0 },
          ],
        }),
      },
      { key: 'bad', error: { code: 14, message: 'overloaded' } },
    ]);
  });

  it('takes requests in the creation itself, and gives the answers in the batch', async () => {
    const { client } = await started();
    const contents = [{ role: 'user', parts: [{ text: 'a' }] }];

    const created = await client.batches.create({
      model: MODEL,
      src: [{ contents, metadata: { key: 'r-1' }, config: { systemInstruction: 'Be brief.', topK: 3 } }],
      config: { displayName: 'mine' },
    });
    const ended = await client.batches.get({ name: created.name ?? '' });

    expect(ended.dest?.inlinedResponses).toMatchObject([
      { response: { candidates: [{ content: { parts: [{ text: 'described a' }] } }] } },
    ]);
  });

  it('takes a file in several pieces', async () => {
    const { client, folder, fake } = await started();
    const path = join(folder, 'large.jsonl');
    await writeFile(path, `${'x'.repeat(9 * 1024 * 1024)}\n`);

    const file = await client.files.upload({ file: path, config: { mimeType: 'application/jsonl' } });

    expect(file.sizeBytes).toBe(String(9 * 1024 * 1024 + 1));
    expect(fake.count('POST /upload/v1beta/files')).toBe(3);
  });

  it('cancels, lists in pages and deletes', async () => {
    const { client, upload } = await started({ behave: () => ({ runningPolls: 9 }) });
    const { name: file = '' } = await upload('a', 'b');
    for (let batch = 0; batch < 5; batch++) {
      await client.batches.create({ model: MODEL, src: file, config: { displayName: `job ${batch}` } });
    }

    await client.batches.cancel({ name: 'batches/b5' });
    await client.batches.get({ name: 'batches/b5' });
    const cancelled = await client.batches.get({ name: 'batches/b5' });
    await client.batches.delete({ name: 'batches/b4' });
    const names: (string | undefined)[] = [];
    for await (const { name } of await client.batches.list({ config: { pageSize: 2 } })) names.push(name);
    await client.files.delete({ name: file });

    expect(cancelled.state).toBe(JobState.JOB_STATE_CANCELLED);
    expect(names).toEqual(['batches/b5', 'batches/b3', 'batches/b2', 'batches/b1']);
    await expect(client.files.get({ name: file })).rejects.toMatchObject({ status: 403 });
  });

  it('gives nothing of a batch that expired', async () => {
    const { client, upload, fake } = await started({ behave: () => ({ runningPolls: 9, doneShare: 0 }) });
    const { name: file = '' } = await upload('a');
    const { name = '' } = await client.batches.create({
      model: MODEL,
      src: file,
      config: { displayName: 'x' },
    });

    fake.advance(47 * 3_600_000);
    const running = await client.batches.get({ name });
    fake.advance(3_600_000);
    const ended = await client.batches.get({ name });

    expect(running.state).toBe(JobState.JOB_STATE_RUNNING);
    expect(ended.state).toBe(JobState.JOB_STATE_EXPIRED);
    expect(ended.dest).toBeUndefined();
  });

  it('refuses a file that is not there, and a key that is wrong', async () => {
    const { client, fake } = await started();
    const wrong = new GoogleGenAI({ apiKey: 'no-key', httpOptions: { baseUrl: fake.origin } });

    const creating = client.batches.create({ model: MODEL, src: 'files/none', config: { displayName: 'x' } });

    await expect(creating).rejects.toMatchObject({ status: 403 });
    await expect(wrong.batches.get({ name: 'batches/b1' })).rejects.toMatchObject({ status: 400 });
  });
});

async function started(options: FakeBatchOptions = {}) {
  const fake = await fakeBatchesForTest({ services: [geminiBatches()], ...options });
  const client = new GoogleGenAI({ apiKey: 'test-key', httpOptions: { baseUrl: fake.origin } });
  const folder = await temporaryFolder();
  const upload = async (...prompts: string[]) => {
    const path = join(folder, 'requests.jsonl');
    const lines = prompts.map((prompt) => {
      const request = { contents: [{ role: 'user', parts: [{ text: prompt }] }] };
      return `${JSON.stringify({ key: prompt, request })}\n`;
    });
    await writeFile(path, lines.join(''));
    const config = { mimeType: 'application/jsonl', displayName: 'requests' };
    return client.files.upload({ file: path, config });
  };
  return { fake, client, folder, upload };
}
