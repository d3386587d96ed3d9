import { stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openaiChat } from '../../../src/fabric/model/openai-chat.js';
import type { JsonObject } from '../../../src/rows/row.js';
import {
  always,
  batchServiceContract,
  ended,
  failureOf,
  KEY,
  lost,
  NO_RECORD,
  onlyAt,
  start,
} from '../../contracts/batch-service-contract.js';
import { GEMINI, geminiWith } from './gemini-subject.js';

batchServiceContract('Gemini', GEMINI);

const HOUR = 3_600_000;
const TAG = 'bai-1f2e3d4c-7';

describe("Gemini's batches", () => {
  it('have their requests in a file that is called as the shard is', async () => {
    const { service, fake, shard } = await start(GEMINI);

    const batch = await service.submit(await shard(['a', 'b']), NO_RECORD);

    expect(fake.files.all).toMatchObject([{ id: 'files/f1', name: TAG, purpose: 'application/jsonl' }]);
    expect(batch).toMatchObject({
      id: 'batches/b1',
      word: 'BATCH_STATE_PENDING',
      details: { inputFile: 'files/f1', displayName: TAG },
    });
    expect(service.line('r-1', '{"contents":[]}')).toBe('{"key":"r-1","request":{"contents":[]}}');
  });

  it('take the requests of a fabric with a schema and parameters', async () => {
    const { service, definition, shard, all } = await start(GEMINI);
    const output = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };
    const parameters = { max_tokens: 9, top_p: 0.5, stop: ['x'], seed: 7, reasoning_effort: 'low' };
    const [form] = service.wire.forms({ ...definition, output, parameters });
    const one = await shard(['a']);
    await writeFile(one.path, `${service.line('a', form.body({ system: 'Be brief.', prompt: 'a' }))}\n`);
    const { size: bytes } = await stat(one.path);

    const batch = await ended(service, await service.submit({ ...one, bytes }, NO_RECORD));

    const [result] = await all(batch);
    const body = result?.kind === 'response' ? JSON.parse(result.body) : {};
    expect(service.wire.read(body)).toMatchObject({ end: 'complete', answer: '{"title":"described a"}' });
  });

  it('are answered as a live call of the same fabric is, which goes to the other API of the service', async () => {
    const { service, fake, definition, shard, all } = await start(GEMINI);
    const { path, headers, forms, read } = openaiChat;
    const live = await fetch(`${definition.baseUrl}${path}`, {
      method: 'POST',
      headers: { authorization: String(headers(KEY, '', definition)[1]) },
      body: forms(definition)[0].body({ prompt: 'a' }),
    });

    const batch = await ended(service, await service.submit(await shard(['a']), NO_RECORD));
    const [result] = await all(batch);

    const inBatch = service.wire.read(result?.kind === 'response' ? JSON.parse(result.body) : {});
    expect(inBatch).toMatchObject({ answer: 'described a' });
    expect(read((await live.json()) as JsonObject)).toMatchObject({ answer: 'described a' });
    expect(fake.ledger.billed('a')).toBe(2);
  });

  it.each([{ outputIn: 'response' }, { outputIn: 'metadata' }, { statePrefix: 'JOB_STATE_' }] as const)(
    'have results wherever they name them: %j',
    async (options) => {
      const { service, shard, all } = await start(geminiWith(options));

      const batch = await ended(service, await service.submit(await shard(['a', 'b']), NO_RECORD));

      expect((await all(batch)).map(({ id }) => id)).toEqual(['a', 'b']);
    },
  );

  it.each(['response', 'metadata'] as const)(
    'may hold their results themselves, in their %s',
    async (outputIn) => {
      const { service, fake, shard, all } = await start(geminiWith({ outputIn, inlinesResponses: true }));

      const batch = await ended(service, await service.submit(await shard(['a', 'b']), NO_RECORD));

      expect((await all(batch)).map(({ id }) => id)).toEqual(['a', 'b']);
      expect(fake.count(GEMINI.routes.results)).toBe(0);
    },
  );

  it('are not at their end before they say what came out of them', async () => {
    const { service, shard } = await start(GEMINI, { behave: always({ finalizingPolls: 1 }) });
    const submitted = await service.submit(await shard(['a']), NO_RECORD);

    expect(await service.poll(submitted)).toMatchObject({
      phase: 'finalizing',
      word: 'BATCH_STATE_SUCCEEDED',
    });
    expect(await service.poll(submitted)).toMatchObject({ phase: 'ended', counts: { succeeded: 1 } });
  });

  it('that are not done after two days have nothing left', async () => {
    const { service, fake, shard, all } = await start(GEMINI, {
      behave: always({ runningPolls: 9, doneShare: 0 }),
    });
    const submitted = await service.submit(await shard(['a']), NO_RECORD);
    fake.advance(48 * HOUR);

    const batch = await service.poll(submitted);

    expect(batch).toMatchObject({ phase: 'ended', word: 'BATCH_STATE_EXPIRED' });
    expect(batch.refusal).toBeUndefined();
    expect(await all(batch)).toEqual([]);
  });

  it.each([
    ['3', 'refused'],
    ['8', 'later'],
    ['7', 'account'],
  ] as const)('that failed with code %s as a whole are refusals: %s', async (code, kind) => {
    const { service, shard } = await start(GEMINI, {
      behave: always({ end: 'failed', failure: { code, message: 'not like this' } }),
    });

    const batch = await ended(service, await service.submit(await shard(['a']), NO_RECORD));

    expect(batch.refusal).toMatchObject({ kind, message: expect.stringContaining('not like this') });
  });

  it('are asked for later where too much is queued, from the same file', async () => {
    const { service, fake, shard } = await start(geminiWith({ enqueuedTokens: 30 }));
    const first = await service.submit({ ...(await shard(['a'])), tag: 'bai-1f2e3d4c-6' }, NO_RECORD);
    let file = '';
    const uploaded = async (name: string) => {
      file = name;
    };
    const second = await shard(['b']);

    const failure = await failureOf(service.submit(second, { ...NO_RECORD, uploaded }));
    await ended(service, first);
    await service.submit({ ...second, upload: { state: 'done', file } }, NO_RECORD);

    expect(failure).toMatchObject({ kind: 'later', details: { status: 429 } });
    expect(fake.count('POST /upload/v1beta/files')).toBe(4);
    expect(fake.jobs.all).toHaveLength(2);
  });

  it('wait for a file that is looked through, or is not to be seen yet', async () => {
    const { service, fake, shard } = await start(geminiWith({ processingLooks: 3 }), { filesHiddenFor: 2 });

    await service.submit(await shard(['a']), NO_RECORD);

    expect(fake.jobs.all).toHaveLength(1);
    expect(fake.files.all).toHaveLength(1);
  });

  it('get their file anew where it is gone after two days', async () => {
    const { service, fake, shard } = await start(GEMINI);
    const one = await shard(['a']);
    await service.submit(one, NO_RECORD);
    fake.advance(48 * HOUR);
    const steps: string[] = [];
    const uploaded = async (file: string) => {
      steps.push(file);
    };

    await service.submit({ ...one, upload: { state: 'done', file: 'files/f1' } }, { ...NO_RECORD, uploaded });

    expect(steps).toEqual(['files/f2']);
    expect(fake.jobs.all).toHaveLength(2);
  });

  it('use a file whose upload was cut off from its answer', async () => {
    const { service, fake, shard } = await start(GEMINI, {
      fault: ({ route, nth }) =>
        route === 'POST /upload/v1beta/files' && nth === 2 ? { kind: 'lost-answer' } : undefined,
    });
    const one = await shard(['a']);

    const failure = await failureOf(service.submit(one, NO_RECORD));
    await service.submit({ ...one, upload: { state: 'begun' } }, NO_RECORD);

    expect(failure).toMatchObject({ kind: 'unknown' });
    expect(fake.files.all).toHaveLength(1);
    expect(fake.jobs.all).toHaveLength(1);
  });

  it('send no file to another address than the one that the key is for', async () => {
    const { service, fake, shard } = await start(geminiWith({ uploadOrigin: 'http://elsewhere.example' }));

    const failure = await failureOf(service.submit(await shard(['a']), NO_RECORD));

    expect(failure).toMatchObject({ kind: 'refused', message: expect.stringContaining('elsewhere.example') });
    expect(fake.jobs.all).toEqual([]);
  });

  it('are found by the name of their shard over pages, among those of others', async () => {
    const { service, fake, shard } = await start(GEMINI, {
      fault: onlyAt(GEMINI.routes.create, { kind: 'lost-answer' }),
    });
    await failureOf(service.submit(await shard(['a']), NO_RECORD));
    for (let batch = 0; batch < 99; batch++)
      await service.submit({ ...(await shard(['b'])), tag: `bai-other-${batch}` }, NO_RECORD);
    for (const job of fake.jobs.all.slice(1)) job.state = 'ended';
    for (let batch = 0; batch < 30; batch++)
      await service.submit({ ...(await shard(['b'])), tag: `bai-more-${batch}` }, NO_RECORD);

    const found = await service.find(lost({ file: undefined, sentAt: Date.now(), rows: 1 }));

    expect(found).toMatchObject({ kind: 'one', batch: { id: 'batches/b1' } });
  });

  it('tell a file of results that is gone from a key that is refused', async () => {
    const { service, fake, shard, all } = await start(GEMINI);
    const batch = await ended(service, await service.submit(await shard(['a']), NO_RECORD));
    fake.advance(49 * HOUR);

    expect(await failureOf(all(batch))).toMatchObject({ kind: 'not-visible' });
  });
});
