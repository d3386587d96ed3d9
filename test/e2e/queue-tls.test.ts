import { describe, expect, it } from 'vitest';
import { runBatchai } from '../support/run-batchai.js';
import { hasTlsRedis, tlsRedisForTest } from '../support/tls-redis.js';

describe.skipIf(!hasTlsRedis)('a queue behind TLS', () => {
  it.each(['127.0.0.1', 'localhost'])('is reached as %s, without a warning', async (host) => {
    const { port, authority } = await tlsRedisForTest();

    const result = await runBatchai(['queue', 'status', '--queue', `rediss://${host}:${port}`], {
      env: { NODE_EXTRA_CA_CERTS: authority },
    });

    expect(result.stderr).toBe('');
    expect(result.code).toBe(0);
  });

  it('is refused under an address that its certificate does not have', async () => {
    const { port, authority } = await tlsRedisForTest('IP:127.0.0.2,DNS:localhost');

    const result = await runBatchai(['queue', 'status', '--queue', `rediss://127.0.0.1:${port}`], {
      env: { NODE_EXTRA_CA_CERTS: authority },
    });

    expect(result.code).toBe(2);
    expect(result.stderr).toContain("cannot be reached (Hostname/IP does not match certificate's altnames");
  });

  it('is refused where nobody vouches for its certificate', async () => {
    const { port } = await tlsRedisForTest();

    const result = await runBatchai(['queue', 'status', '--queue', `rediss://127.0.0.1:${port}`]);

    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/cannot be reached \(.*certificate/);
  });
});
