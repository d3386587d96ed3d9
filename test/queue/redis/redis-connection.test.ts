import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { QueueError } from '../../../src/queue/protocol/queue-error.js';
import type { ConnectionEvent } from '../../../src/queue/protocol/queue-news.js';
import { connectToQueue } from '../../../src/queue/redis/redis-connection.js';
import { readPrefix, readRedisUrl } from '../../../src/queue/redis/redis-url.js';
import { GatedFabric } from '../../batch/gated-fabric.js';
import { batchOf } from '../../batch/some-rows.js';
import { hasRedis, ownRedisForTest } from '../../support/redis-for-test.js';
import { scriptedSentinel } from '../../support/scripted-sentinel.js';
import { until } from '../../support/until.js';
import { aCoordinator, aWorker, connected, opening } from '../a-queue.js';

describe('the URL of a queue', () => {
  it('has a host, and may have a port, a user, a password and a database', () => {
    expect(readRedisUrl('redis://somewhere')).toEqual({
      place: { kind: 'server', host: 'somewhere', port: 6379 },
      db: 0,
      tls: false,
      shown: 'redis://somewhere',
    });
    expect(readRedisUrl('rediss://me:p%40ss%2F@[::1]:7000/3')).toEqual({
      place: { kind: 'server', host: '::1', port: 7000 },
      username: 'me',
      password: 'p@ss/',
      db: 3,
      tls: true,
      shown: 'rediss://[::1]:7000/3',
    });
  });

  it('may name sentinels, the master that they watch, and what each of them wants to hear', () => {
    expect(readRedisUrl('redis+sentinel://one,two:7000,[::1]/mymaster')).toEqual({
      place: {
        kind: 'sentinels',
        sentinels: [
          { host: 'one', port: 26_379 },
          { host: 'two', port: 7000 },
          { host: '::1', port: 26_379 },
        ],
        name: 'mymaster',
      },
      db: 0,
      tls: false,
      shown: 'redis+sentinel://one,two:7000,[::1]/mymaster',
    });
    expect(
      readRedisUrl('rediss+sentinel://me:p%40ss@one:1/night/2?sentinel-user=other&sentinel-password=w%26rd'),
    ).toEqual({
      place: {
        kind: 'sentinels',
        sentinels: [{ host: 'one', port: 1 }],
        name: 'night',
        username: 'other',
        password: 'w&rd',
      },
      username: 'me',
      password: 'p@ss',
      db: 2,
      tls: true,
      shown: 'rediss+sentinel://one:1/night/2',
    });
  });

  it.each([
    'http://somewhere:6379',
    'somewhere:6379',
    '',
    'redis://',
    'redis://a/b',
    'redis://a/1?family=6',
    'redis://a,b/1',
    'redis+sentinel://a',
    'redis+sentinel://a/',
    'redis+sentinel://a,/name',
    'redis+sentinel://a:70000/name',
    'redis+sentinel://a/name/b',
    'redis+sentinel://a/name?password=b',
  ])('is refused as %j', (url) => {
    expect(() => readRedisUrl(url)).toThrow(QueueError);
  });

  it('is never shown with its password, readable or not', () => {
    const password = fc.stringMatching(/^[a-z0-9/?#@:%]{6,20}$/).map((text) => `secret${text}`);
    fc.assert(
      fc.property(fc.constantFrom('redis:', 'rediss+sentinel:', 'http:', ''), password, (scheme, secret) => {
        let said: string;
        try {
          said = readRedisUrl(`${scheme}//user:${secret}@somewhere:6379/1`).shown;
        } catch (error) {
          said = String(error);
        }

        expect(said).not.toContain('secret');
      }),
    );
  });

  it.each([
    'redis://:h@hunter/w#rd@somewhere',
    'redis://:h@hunter?w@somewhere:6379',
    'redis://hunter:2345/5@somewhere',
    'redis://hunter:2345/5#ss@somewhere/2',
    'rediss://h@hunter:w/rd@somewhere/1',
    ' redis://hunter:2345/?w=rd@somewhere',
  ])('is refused without a part of the password where that is not escaped: %s', (url) => {
    expect(() => readRedisUrl(url)).toThrow(/holds a \/ \? or #: write %2F, %3F or %23 for it/);
    expect(() => readRedisUrl(url)).not.toThrow(/hunter|2345|somewhere/);
  });

  it.each(['redis://secret/b', 'redis://secret:6379/1?secret', 'redis://secret#secret'])(
    'is refused without any of it: %s',
    (url) => {
      expect(() => readRedisUrl(url)).not.toThrow(/secret/);
    },
  );

  it('a prefix needs a part in braces', () => {
    expect(readPrefix(undefined)).toBe('{batchai}');
    expect(readPrefix('team:{mine}')).toBe('team:{mine}');
    expect(() => readPrefix('mine')).toThrow('{mine}');
  });
});

describe('connecting', () => {
  it('says so where nobody answers', async () => {
    const connecting = connectToQueue({ url: 'redis://:secret@127.0.0.1:1' });

    await expect(connecting).rejects.toMatchObject({ kind: 'unreachable' });
    await expect(connecting).rejects.toThrow(/127\.0\.0\.1:1 cannot be reached/);
    await expect(connecting).rejects.not.toThrow(/secret/);
  });
});

describe.skipIf(!hasRedis)('connecting to a server', () => {
  it('that wants a password', async () => {
    const redis = await ownRedisForTest();
    await redis.config('requirepass', 'right');
    const at = `127.0.0.1:${redis.port}`;

    await expect(connectToQueue({ url: `redis://${at}` })).rejects.toMatchObject({ kind: 'auth' });
    const wrong = connectToQueue({ url: `redis://:wrong-secret@${at}` });
    await expect(wrong).rejects.toMatchObject({ kind: 'auth' });
    await expect(wrong).rejects.not.toThrow(/wrong-secret/);
    const connection = await connected({ url: `redis://:right@${at}` });
    expect(connection.shownUrl).toBe(`redis://${at}`);
  });

  it('that has no such database', async () => {
    const redis = await ownRedisForTest();

    const connecting = connectToQueue({ url: `${redis.url}/99` });

    await expect(connecting).rejects.toMatchObject({ kind: 'address' });
    await expect(connecting).rejects.toThrow(/has no database 99/);
    expect((await connected({ url: `${redis.url}/15` })).isUp).toBe(true);
  });

  it('that does not know AUTH repeats no password', async () => {
    const redis = await ownRedisForTest(['--rename-command', 'AUTH', '']);

    const connecting = connectToQueue({ url: `redis://somebody:secret@127.0.0.1:${redis.port}` });

    await expect(connecting).rejects.toBeInstanceOf(QueueError);
    await expect(connecting).rejects.not.toThrow(/secret|somebody/);
  });

  it('that is frozen is told as gone, and as back when it goes on', async () => {
    const redis = await ownRedisForTest();
    const connection = await connectToQueue({ url: redis.url, silenceMs: 300 });
    onTestFinished(() => connection.close());
    const heard: ConnectionEvent[] = [];
    connection.onEvent((event) => heard.push(event));

    redis.freeze();
    const asked = connection.patiently(() => connection.redis.ping());
    await until(() => heard.length === 1);
    redis.thaw();

    expect(await asked).toBe('PONG');
    await until(() => heard.length === 2);
    expect(heard).toEqual([{ kind: 'lost' }, { kind: 'back', afterMs: expect.any(Number) }]);
  });

  it('that is frozen is none to begin with', async () => {
    const redis = await ownRedisForTest();

    redis.freeze();
    const connecting = connectToQueue({ url: redis.url, silenceMs: 300 });

    await expect(connecting).rejects.toMatchObject({ kind: 'unreachable' });
    redis.thaw();
  });

  it('of which a failover is announced while its address is asked for is found again', async () => {
    const redis = await ownRedisForTest();
    const sentinel = await scriptedSentinel(redis.port);
    const connection = await connected({ url: sentinel.url });
    const announced = sentinel.announceBeforeNextAnswer();

    await redis.kill();
    await announced;
    await redis.start();

    expect(await connection.redis.ping()).toBe('PONG');
  });

  it('is given ten seconds to answer, and longer where commands wait on purpose', async () => {
    const redis = await ownRedisForTest();

    const connection = await connected({ url: redis.url });

    expect(connection.redis.options.socketTimeout).toBe(10_000);
    expect(connection.another().options.socketTimeout).toBe(30_000);
  });

  it('that throws keys away when it is full is refused, by whatever policy', async () => {
    const redis = await ownRedisForTest();
    await redis.config('maxmemory-policy', 'allkeys-lru');

    const connecting = connectToQueue({ url: redis.url });

    await expect(connecting).rejects.toMatchObject({ kind: 'evicts' });
    await expect(connecting).rejects.toThrow(/allkeys-lru.*noeviction/);
  });

  it('whose user may do no more than it has to is enough for a run', async () => {
    const redis = await ownRedisForTest();
    const rules =
      'on >pass ~{batchai}:* &{batchai}:* -@all +@read +@write +@connection +@scripting +@transaction +@pubsub -@dangerous +info +time';
    await redis.redis.acl('SETUSER', 'batchai', ...rules.split(' '));

    const limited = { url: `redis://batchai:pass@127.0.0.1:${redis.port}` };
    const fabric = new GatedFabric();
    await aWorker(await connected(limited), opening(fabric));
    const { executor } = await aCoordinator(await connected(limited));
    const running = executor.run(batchOf(1, 3));
    await until(() => fabric.inFlight === 3);
    fabric.answerAll();

    expect(await running).toHaveLength(3);
    await executor.finish();
  });
});
