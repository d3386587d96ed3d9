import { describe, expect, it } from 'vitest';
import { rateFinding } from '../../../src/limits/shared/found-rate.js';
import { Channels } from '../../../src/queue/redis/channels.js';
import type { QueueConnection } from '../../../src/queue/redis/redis-connection.js';
import { RedisSlots } from '../../../src/queue/redis/redis-slots.js';
import { mostInAnyWindow } from '../../limits/most-in-any-window.js';
import { hasRedis, ownRedisForTest, redisForTest } from '../../support/redis-for-test.js';
import { until } from '../../support/until.js';
import { aRun, connected } from '../a-queue.js';

type Limits = Partial<ReturnType<typeof aRun>>;

function slotsOf(connection: QueueConnection, limits: Limits): RedisSlots {
  return new RedisSlots(connection, new Channels(connection), 'run', { ...aRun(), ...limits }, rateFinding);
}

/** Turns that were given out together; all in ms of the server's clock. */
interface Grant {
  readonly at: number;
  readonly starts: readonly number[];
}

/** Reserves as three workers would, for so long on the server's clock; gives what they got, in that order. */
async function grantsOf(stores: readonly RedisSlots[], forMs: number, atATime: number): Promise<Grant[]> {
  const grants: Grant[] = [];
  let began: number | undefined;
  await Promise.all(
    stores.map(async (slots) => {
      for (;;) {
        const { at, startsInMs, everyMs, granted } = await slots.reserveAt(atATime);
        began ??= at;
        if (at - began > forMs) return;
        if (granted === 0) await new Promise((resolve) => setTimeout(resolve, startsInMs));
        else {
          const starts = Array.from({ length: granted }, (_, nth) => at + startsInMs + nth * everyMs);
          grants.push({ at, starts });
        }
      }
    }),
  );
  return grants.sort((a, b) => a.at - b.at);
}

describe.skipIf(!hasRedis)('the shared limit', () => {
  it.each([
    { rate: { calls: 20, perMs: 1_000 }, atATime: 1 },
    { rate: { calls: 20, perMs: 1_000 }, atATime: 16 },
    { rate: { calls: 300, perMs: 1_000 }, atATime: 64 },
  ])(
    'of $rate.calls a second is never passed by three workers together, and used: $atATime at a time',
    async ({ rate, atATime }) => {
      const redis = await redisForTest();
      const stores = await Promise.all([1, 2, 3].map(async () => slotsOf(await connected(redis), { rate })));

      const grants = await grantsOf(stores, 1_500, atATime);

      expect(
        mostInAnyWindow(
          grants.flatMap(({ starts }) => starts),
          1_000,
        ),
      ).toBeLessThanOrEqual(rate.calls);
      // Nothing is left unused but by who asks too late: a turn is at once, or next after the one before it.
      const everyMs = rate.perMs / rate.calls;
      const unused = grants.filter(({ at, starts: [first = 0] }, nth) => {
        const before = grants[nth - 1]?.starts.at(-1);
        return before !== undefined && first > Math.max(at, before + everyMs * 1.05) + 1;
      });
      expect(unused).toEqual([]);
    },
  );

  it('grants nothing farther ahead than a quarter of a second, and says when to ask again', async () => {
    const redis = await redisForTest();
    const slots = slotsOf(await connected(redis), { rate: { calls: 10, perMs: 1_000 } });

    const first = await slots.reserve(100);
    const again = await slots.reserve(100);

    expect(first.granted).toBe(1);
    expect(first.startsInMs).toBeLessThanOrEqual(250);
    expect(again).toMatchObject({ granted: 0, startsInMs: expect.closeTo(103, -2) });
  });

  it('of tokens holds beside the one of calls, and settles what calls really took', async () => {
    const redis = await redisForTest();
    const slots = slotsOf(await connected(redis), {
      rate: { calls: 1_000, perMs: 1_000 },
      tokensPerMinute: 60_000,
    });
    const { everyMs } = await slots.reserve(1, 50);

    slots.settle(2_000);
    const expensive = await slots.reserve(1, 50);
    slots.settle(-2_000);
    const settled = await slots.reserve(1, 50);

    expect(everyMs).toBeCloseTo(50 / 0.965, 0);
    expect(expensive.granted).toBe(0);
    expect(expensive.startsInMs).toBeGreaterThan(1_000);
    expect(settled.startsInMs).toBeLessThan(500);
  });

  it('is paused for everybody by anybody, also for who has no rate and who comes later', async () => {
    const redis = await redisForTest();
    const limits: Limits = { rate: 'none' };
    const [one, other, late] = await Promise.all(
      [1, 2, 3].map(async () => slotsOf(await connected(redis), limits)),
    );
    const heard: number[] = [];
    other?.onPause((ms) => heard.push(ms));
    await until(async () => (await redis.redis.pubsub('NUMSUB', '{batchai}:run:run:pauses'))[1] === 1);

    await one?.pauseAll(30_000);
    await until(() => heard.length === 1);
    late?.onPause((ms) => heard.push(ms));
    await until(() => heard.length === 2);

    expect(heard[0]).toBe(30_000);
    expect(heard[1]).toBeGreaterThan(20_000);
  });

  it('moves its time forward by a pause', async () => {
    const redis = await redisForTest();
    const slots = slotsOf(await connected(redis), { rate: { calls: 100, perMs: 1_000 } });

    await slots.pauseAll(5_000);
    const { granted, startsInMs } = await slots.reserve(1);

    expect(granted).toBe(0);
    expect(startsInMs).toBeGreaterThan(4_000);
  });

  it('keeps its distance from a call that went out late, and not more than one turn', async () => {
    const redis = await redisForTest();
    const slots = slotsOf(await connected(redis), { rate: { calls: 20, perMs: 1_000 } });
    const nextAt = async () => Number(await redis.redis.hget('{batchai}:run:run:slots', 'call'));
    await slots.reserve(1);
    const before = await nextAt();

    slots.startedLate(40);
    await until(async () => (await nextAt()) !== before);
    const after = await nextAt();
    slots.startedLate(10_000);
    await until(async () => (await nextAt()) !== after);

    expect(after - before).toBeCloseTo(40, 1);
    expect((await nextAt()) - after).toBeCloseTo(50 / 0.965, 1);
  });

  it('counts its times from when they were given, also where the answer is heard late', async () => {
    const redis = await redisForTest();
    const slots = slotsOf(await connected(redis), { rate: { calls: 1_000, perMs: 1_000 } });
    await until(async () => (await slots.reserve(1)).startsInMs <= 5);

    const reserving = slots.reserve(1);
    await new Promise(setImmediate);
    const busyUntil = performance.now() + 60;
    while (performance.now() < busyUntil);
    const { startsInMs } = await reserving;

    expect(startsInMs).toBeLessThan(-30);
  });

  it('is no question at all where there is no limit', async () => {
    const redis = await ownRedisForTest();
    const slots = slotsOf(await connected(redis), { rate: 'none' });
    await redis.stop();

    expect(await slots.reserve(50)).toEqual({ startsInMs: 0, everyMs: 0, granted: 50 });
  });

  it('is not in the way for ever when the server’s clock goes back', async () => {
    const redis = await redisForTest();
    const slots = slotsOf(await connected(redis), { rate: { calls: 100, perMs: 1_000 } });
    await redis.redis.hset('{batchai}:run:run:slots', 'call', Date.now() + 3_600_000);

    const { granted } = await slots.reserve(1);

    expect(granted).toBe(1);
  });

  it('of a rate that is being found is one for all workers, whoever meets what tells of it', async () => {
    const redis = await redisForTest();
    const [one, two] = await Promise.all(
      [1, 2].map(async () => slotsOf(await connected(redis), { rate: 'auto' })),
    );
    if (one?.finder === undefined || two?.finder === undefined) throw new Error('nothing is found');
    const before = await one.reserve(1);
    await two.reserve(1);

    // Both keep something, and neither knows of the other.
    one.finder.taken(one.finder.now());
    await one.finder.save();
    two.finder.refused(two.finder.now());
    await two.finder.save();
    one.finder.taken(one.finder.now() - 60_000);
    await one.finder.save();
    const { everyMs } = await one.reserve(1);

    expect(before.everyMs).toBe(1_000);
    expect(everyMs).toBeCloseTo(1_000 / 0.475, -1);
  });

  it('leaves nothing of a found rate behind where the run is over', async () => {
    const redis = await redisForTest();
    const slots = slotsOf(await connected(redis), { rate: 'auto' });
    await slots.reserve(1);
    await redis.redis.del('{batchai}:run:run:slots');

    slots.finder?.taken(slots.finder.now());
    await slots.finder?.save();

    expect(await redis.redis.exists('{batchai}:run:run:slots')).toBe(0);
  });
});
