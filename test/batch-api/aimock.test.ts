import { LLMock } from '@copilotkit/aimock';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBatchService } from '../../src/batch-api/open-batch-service.js';
import { ended, NO_RECORD, start } from '../contracts/batch-service-contract.js';
import { HurriedClock } from '../support/batch-services/hurried-clock.js';
import { driver, OPENAI_SUBJECT } from './some-drivers.js';

/** A second opinion on OpenAI's batch API, by other people. */
describe('the OpenAI driver and aimock', () => {
  it('submits, finds by its tag, polls to the end, reads and removes', async () => {
    const mock = new LLMock({ port: 0 });
    await mock.start();
    onTestFinished(() => mock.stop());
    const { definition, shard } = await start({ ...OPENAI_SUBJECT, fake: {}, open: driver('openai') });
    const service = openBatchService('openai', {
      definition: { ...definition, baseUrl: `${mock.url}/v1` },
      apiKey: 'sk-anything-at-all',
      clock: new HurriedClock(),
      proxy: undefined,
      timeoutMs: 20_000,
      random: () => 0,
    });
    onTestFinished(() => service.close());
    const steps: string[] = [];
    const sentAt = Date.now();
    const given = await shard(['a', 'b', 'c']);

    const submitted = await service.submit(given, {
      ...NO_RECORD,
      uploaded: async (file) => {
        steps.push(file);
      },
    });
    const [file] = steps;
    const found = await service.find({ tag: given.tag, rows: 3, file, sentAt, others: new Set() });
    const batch = await ended(service, submitted);
    const results = [];
    for await (const result of service.results(batch)) results.push(result);
    await service.remove({ tag: given.tag, upload: { state: 'begun' }, batch });
    await service.remove({ tag: given.tag, upload: { state: 'begun' }, batch });

    expect(submitted.phase).not.toBe('ended');
    expect(found).toMatchObject({ kind: 'one', batch: { id: submitted.id } });
    expect(batch.word).toBe('completed');
    expect(results.map(({ id, kind }) => [id, kind])).toEqual([
      ['a', 'response'],
      ['b', 'response'],
      ['c', 'response'],
    ]);
  });
});
