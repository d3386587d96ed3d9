import { describe, expect, it } from 'vitest';
import { hasRedis } from '../support/redis-for-test.js';
import { until } from '../support/until.js';
import { watchedRedisForTest } from '../support/watched-redis.js';
import { benchOver } from './queue-bench.js';
import { API_KEY, enrichedCsv, FABRIC, rowsCsv } from './workbench.js';

const ROWS = 300;

describe.skipIf(!hasRedis)('a queue whose master sentinels replace', () => {
  it('goes on with the replica, and each row comes out once, in order', async () => {
    const redis = await watchedRedisForTest();
    const bench = await benchOver(redis, { latencyMs: 20 });
    await bench.write('rows.csv', rowsCsv(ROWS));
    for (const name of ['tethys', 'dione']) bench.worker(name, ['-c', '5']);
    const run = bench.start([
      'rows.csv',
      '--fabric',
      FABRIC,
      '-o',
      'out.csv',
      '-b',
      '10',
      '--rate-limit',
      'none',
    ]);
    await until(() => bench.server.requests.length > 50);

    await redis.master.kill();
    const { code, stderr } = await run.finished;

    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS));
    expect(await redis.replica.redis.role()).toContain('master');
    expect(stderr).toContain('lost the connection to Redis');
    expect(stderr).not.toContain(API_KEY);
  });

  it('is refused at the start where no sentinel answers', async () => {
    const bench = await benchOver({ url: 'redis+sentinel://127.0.0.1:1/night' }, {});
    await bench.write('rows.csv', rowsCsv(2));

    const { code, stderr } = await bench.run(['rows.csv', '--fabric', FABRIC, '-o', 'out.csv']);

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /redis\+sentinel:\/\/127\.0\.0\.1:1\/night cannot be reached \(.*do they watch night\?/,
    );
  });
});
