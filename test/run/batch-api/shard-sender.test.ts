import { mkdir } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BatchApiError, type BatchService, type RemoteBatch } from '../../../src/batch-api/batch-service.js';
import { systemClock } from '../../../src/limits/clock.js';
import { QueueRoom } from '../../../src/run/batch-api/queue-room.js';
import { ShardSender } from '../../../src/run/batch-api/shard-sender.js';
import { WakeUp } from '../../../src/run/batch-api/wake-up.js';
import { ShardFolder } from '../../../src/run/shards/shard-files.js';
import { ShardLog } from '../../../src/run/shards/shard-log.js';
import { HURRIED_BATCH_API } from '../../support/hurried-batch-api.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const BATCH: RemoteBatch = { id: 'batch_1', phase: 'queued', word: 'validating', details: {} };
const RUN = '1f2e3d4c';
const SENDER = 'aaaaaaaaaaaa';

type Driver = Pick<BatchService, 'submit' | 'find' | 'poll' | 'results'>;

async function aSender(driver: Partial<Driver>) {
  const folder = new ShardFolder(await temporaryFolder());
  await mkdir(folder.path, { recursive: true });
  const log = await ShardLog.open(folder.log);
  onTestFinished(() => log.close());
  await log.note({
    ...{ step: 'written', shard: 1, at: 1, home: { from: 1, to: 2 }, rows: '1-2' },
    ...{ bytes: 10, form: 'text', tokens: 4, reserved: null, takes: [] },
  });
  const stops: BatchApiError[] = [];
  const stop = new AbortController();
  const unused = () => Promise.reject(new Error('not expected'));
  const sender = new ShardSender({
    service: { submit: unused, find: unused, poll: unused, results: () => noResults(), ...driver },
    ...{ log, folder, clock: systemClock, timings: HURRIED_BATCH_API, pollMs: 1, model: 'a-model' },
    ...{ run: RUN, sender: SENDER },
    wakeUp: new WakeUp(systemClock, stop.signal),
    isOver: () => false,
    queueRoom: new QueueRoom({ log, clock: systemClock, mostTokens: undefined }),
    giveBack: unused,
    news: () => {},
    stopRun: (error) => {
      stops.push(error);
      stop.abort();
    },
  });
  const shard = log.shards.get(1);
  if (shard === undefined) throw new Error('no shard');
  return { sender, shard, stops, log };
}

async function* noResults(): AsyncGenerator<never> {}

async function* resultsOf(id: string) {
  yield { id, kind: 'not-run', reason: 'cancelled' } as const;
}

describe('bringing a shard to its service', () => {
  it('adopts the batch whose creation had no answer, and creates no second one', async () => {
    let created = 0;
    const { sender, shard } = await aSender({
      submit: async (_, record) => {
        created++;
        await record.creating();
        throw new BatchApiError('unknown', 'the connection broke');
      },
      find: async () => ({ kind: 'one', batch: BATCH }),
    });

    await sender.send(shard);

    expect(created).toBe(1);
    expect([shard.step, shard.batch?.id]).toEqual(['created', 'batch_1']);
  });

  it('creates it again where no batch carries its tag', async () => {
    let created = 0;
    let looks = 0;
    const { sender, shard } = await aSender({
      submit: async (_, record) => {
        await record.creating();
        if (++created === 1) throw new BatchApiError('unknown', 'the connection broke');
        return BATCH;
      },
      find: async () => {
        looks++;
        return { kind: 'none' };
      },
    });

    await sender.send(shard);

    expect([created, looks, shard.step]).toEqual([2, HURRIED_BATCH_API.findMs.length, 'created']);
  });

  it('tells its batch among several by the ids in their results, once they have ended', async () => {
    let created = 0;
    const { sender, shard } = await aSender({
      submit: async (_, record) => {
        created++;
        await record.creating();
        throw new BatchApiError('unknown', 'the connection broke');
      },
      find: async () => ({
        kind: 'unsure',
        batches: [
          { ...BATCH, id: 'theirs' },
          { ...BATCH, id: 'ours' },
        ],
      }),
      poll: async ({ id }) => ({ ...BATCH, id, phase: 'ended' }),
      results: ({ id }) => resultsOf(id === 'ours' ? `${RUN}-1-1-a` : `${RUN}-2-1-a`),
    });

    await sender.send(shard);

    expect([created, shard.batch?.id]).toEqual([1, 'ours']);
  });

  it('stops where it was sent with another key, whose batches may not be visible', async () => {
    const { sender, shard, stops, log } = await aSender({ find: async () => ({ kind: 'none' }) });
    await log.note({ step: 'creating', shard: 1, at: 2, by: 'bbbbbbbbbbbb' });

    await sender.send(shard);

    expect(stops.map(({ kind }) => kind)).toEqual(['not-visible']);
    expect(shard.step).toBe('creating');
  });

  it('goes on looking where candidates could not be read, however often', async () => {
    let polls = 0;
    const { sender, shard } = await aSender({
      find: async () => ({ kind: 'unsure', batches: [{ ...BATCH, id: 'ours' }] }),
      poll: async ({ id }) => {
        if (++polls <= 2 * HURRIED_BATCH_API.findMs.length) throw new BatchApiError('unknown', 'no answer');
        return { ...BATCH, id, phase: 'ended' };
      },
      results: () => resultsOf(`${RUN}-1-1-a`),
    });
    shard.step = 'creating';

    await sender.send(shard);

    expect([shard.step, shard.batch?.id]).toEqual(['created', 'ours']);
  });

  it('creates it again after a while where it was refused for now, also while others are out', async () => {
    let created = 0;
    const { sender, shard, log } = await aSender({
      submit: async (_, record) => {
        await record.creating();
        if (++created === 1) throw new BatchApiError('later', 'too many requests');
        return BATCH;
      },
    });
    await log.note({
      ...{ step: 'written', shard: 2, at: 1, home: { from: 3, to: 4 }, rows: '3-4' },
      ...{ bytes: 10, form: 'text', tokens: 4, reserved: null, takes: [] },
    });
    await log.note({ step: 'created', shard: 2, at: 1, batch: { ...BATCH, id: 'batch_2', details: {} } });

    await sender.send(shard);

    expect([created, shard.step]).toEqual([2, 'created']);
  });

  it('creates from the same file again where there is no room for now', async () => {
    const uploads: string[] = [];
    const { sender, shard } = await aSender({
      submit: async ({ upload }, record) => {
        uploads.push(upload.state);
        if (upload.state === 'none') await record.uploaded('file_1');
        await record.creating();
        if (uploads.length === 1) throw new BatchApiError('later', 'too much is queued');
        return BATCH;
      },
    });

    await sender.send(shard);

    expect(uploads).toEqual(['none', 'done']);
    expect(shard.step).toBe('created');
  });

  it('stops the run at a refusal, and leaves the shard to be created again', async () => {
    const { sender, shard, stops } = await aSender({
      submit: async (_, record) => {
        await record.creating();
        throw new BatchApiError('refused', 'no such endpoint');
      },
    });

    await sender.send(shard);

    expect(stops.map(({ message }) => message)).toEqual(['no such endpoint']);
    expect(shard.step).toBe('freed');
  });
});
