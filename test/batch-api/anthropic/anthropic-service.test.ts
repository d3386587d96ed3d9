import { stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { RemoteBatch } from '../../../src/batch-api/batch-service.js';
import { anthropicMessages } from '../../../src/fabric/model/anthropic-messages.js';
import {
  always,
  batchServiceContract,
  ended,
  failureOf,
  lost,
  NO_RECORD,
  start,
} from '../../contracts/batch-service-contract.js';
import { anthropicBatches } from '../../support/batch-services/anthropic-batches.js';
import { ANTHROPIC } from './anthropic-subject.js';

batchServiceContract('Anthropic', ANTHROPIC);

const DAY = 24 * 3_600_000;

describe("Anthropic's batches", () => {
  it('are created with the requests that a live call sends, in one body without a file', async () => {
    const { service, fake, definition, shard } = await start(ANTHROPIC);
    const { line } = service;

    await service.submit(await shard(['a', 'b']), NO_RECORD);

    const body = anthropicMessages.forms(definition)[0].body({ prompt: 'a' });
    expect(JSON.parse(line('r-1', body))).toEqual({ custom_id: 'r-1', params: JSON.parse(body) });
    expect(fake.jobs.all).toMatchObject([{ rows: 2 }]);
    expect(fake.files.all).toEqual([]);
  });

  it('have no counts before their end, since those that they have are all 0', async () => {
    const { service, shard } = await start(ANTHROPIC, { behave: always({ runningPolls: 1 }) });
    const submitted = await service.submit(await shard(['a', 'b']), NO_RECORD);

    const running = await service.poll(submitted);
    const done = await service.poll(submitted);

    expect(running).toMatchObject({ phase: 'running', word: 'in_progress' });
    expect(running.counts).toBeUndefined();
    expect(done).toMatchObject({
      phase: 'ended',
      word: 'ended',
      counts: { total: 2, succeeded: 2, failed: 0 },
    });
    expect(done.expiresAt).toBe((done.createdAt ?? 0) + DAY);
  });

  it('tell a row with a mistake only when they have ended', async () => {
    const { service, shard, definition, all } = await start(ANTHROPIC);
    const odd = { ...definition, parameters: { temprature: 1 } };
    const good = await shard(['a']);
    const body = service.wire.forms(odd)[0].body({ prompt: 'b' });
    await writeFile(good.path, `${service.line('b', body)}\n`);
    const { size: bytes } = await stat(good.path);

    const batch = await ended(service, await service.submit({ ...good, bytes }, NO_RECORD));

    const [result] = await all(batch);
    expect(result).toMatchObject({ id: 'b', kind: 'response', status: 400 });
    expect(result?.kind === 'response' && result.body).toContain('temprature: Extra inputs');
  });

  it('tell an account without credit in the words of a live call', async () => {
    const message = 'Your credit balance is too low to access the Anthropic API.';
    const error = { type: 'error', error: { type: 'invalid_request_error', message } };
    const { service, shard, all } = await start(ANTHROPIC, {
      answer: () => ({ kind: 'refusal', status: 400, body: error }),
    });

    const batch = await ended(service, await service.submit(await shard(['a']), NO_RECORD));

    expect(await all(batch)).toEqual([
      { id: 'a', kind: 'response', status: 400, body: JSON.stringify(error) },
    ]);
  });

  it('that may be a lost one are as large as it and as old, and not known to be another', async () => {
    const { service, fake, shard } = await start(ANTHROPIC);
    const submit = async (prompts: string[]) => (await service.submit(await shard(prompts), NO_RECORD)).id;
    await submit(['old', 'one']);
    fake.advance(DAY);
    const known = await submit(['a', 'b']);
    const candidates = [await submit(['c', 'd']), await submit(['e', 'f'])];
    await submit(['a', 'b', 'c']);
    const sentAt = Date.now() + DAY;
    fake.advance(DAY);
    await submit(['late', 'one']);

    const found = await service.find(lost({ file: undefined, sentAt, rows: 2, others: [known] }));

    const ids = found.kind === 'unsure' ? found.batches.map(({ id }) => id) : [];
    expect(ids.sort()).toEqual(candidates);
  });

  it('are looked for over pages', async () => {
    const { service, shard } = await start(ANTHROPIC);
    const [first, one] = [await shard(['a', 'b']), await shard(['a'])];
    const { id } = await service.submit(first, NO_RECORD);
    for (let batch = 0; batch < 120; batch++) await service.submit(one, NO_RECORD);

    const found = await service.find(lost({ file: undefined, sentAt: Date.now(), rows: 2 }));

    expect(found).toMatchObject({ kind: 'unsure', batches: [{ id }] });
  });

  it('have their results read at the service itself, whatever address it names', async () => {
    const services = [anthropicBatches({ resultsOrigin: 'http://elsewhere.example' })];
    const { service, fake, shard, all } = await start({ ...ANTHROPIC, fake: { services } });

    const batch = await ended(service, await service.submit(await shard(['a']), NO_RECORD));
    const results = await all(batch);

    expect(batch.details.resultsUrl).toMatch(/^http:\/\/elsewhere\.example\//);
    expect(results).toMatchObject([{ id: 'a', status: 200 }]);
    expect(fake.count(ANTHROPIC.routes.results)).toBe(1);
  });

  it('that are archived have no results left', async () => {
    const { service, fake, shard, all } = await start(ANTHROPIC);
    const submitted = await service.submit(await shard(['a']), NO_RECORD);
    await ended(service, submitted);
    fake.advance(30 * DAY);

    const failure = await failureOf(all(await service.poll(submitted)));

    expect(failure).toMatchObject({ kind: 'not-visible' });
    expect(failure.message).toContain('29 days');
  });

  it('are left where they are until they have ended', async () => {
    const { service, fake, shard } = await start(ANTHROPIC, { behave: always({ runningPolls: 9 }) });
    const batch = await service.submit(await shard(['a']), NO_RECORD);
    const remove = (batch: RemoteBatch | undefined) =>
      service.remove({ tag: 'bai-1f2e3d4c-7', upload: { state: 'none' }, batch });

    await remove(undefined);
    await remove(batch);

    expect(fake.jobs.all).toHaveLength(1);
  });

  it('have no fast mode', async () => {
    const { service, definition } = await start(ANTHROPIC);

    expect(() => service.wire.forms({ ...definition, parameters: { speed: 'fast' } })).toThrow(
      /^parameters: "speed"/,
    );
  });
});
