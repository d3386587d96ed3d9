import { describe, expect, it } from 'vitest';
import { type OtherNode, otherNodes } from '../support/other-nodes.js';
import { startBatchai } from '../support/start-batchai.js';
import { hasTlsRedis, tlsRedisForTest } from '../support/tls-redis.js';
import { until } from '../support/until.js';
import { startWorker } from './queue-bench.js';
import { API_KEY, enrichedCsv, idOf, rowsCsv, workbench } from './workbench.js';

const NODES = otherNodes();
/** The title of what is left out. */
const NONE: OtherNode = { version: 'that BATCHAI_NODES names', path: '' };

const CONCURRENCY = 5;
const OUT = ['rows.csv', '-o', 'out.csv', '-c', String(CONCURRENCY)];
const ROWS = 40;
/** Enough for threads to be started, and to take over. */
const LARGE_ROWS = 1_500;
const REVIEW = `A wonderful kettle. ${'It is made of steel and stands on a table beside the sink. '.repeat(5)}`;

// What differs from Node to Node is what the system does for it: files, streams, signals, sockets, threads.
describe.skipIf(NODES.length === 0).each(NODES.length === 0 ? [NONE] : NODES)('Node $version', ({ path }) => {
  it('resumes a run that was killed, and retries what failed', async () => {
    let isHealed = false;
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }) => {
        if (inputs.id === idOf(7)) return isHealed ? undefined : { kind: 'status', status: 422 };
        return inputs.id === idOf(ROWS) && !isHealed ? { kind: 'hang' } : undefined;
      },
    });
    await bench.write('rows.csv', rowsCsv(ROWS));
    const options = { node: path, cwd: bench.folder, env: { PROMPTHA_API_KEY: API_KEY } };

    const killed = bench.start(OUT, options);
    await until(() => bench.server.requests.length === ROWS && bench.server.inFlight === 1);
    killed.child.kill('SIGKILL');
    await killed.finished;
    isHealed = true;
    const resumed = await bench.start([...OUT, '--resume'], options).finished;
    const retried = await startBatchai(['retry', 'out.csv', '--base-url', bench.server.url], options)
      .finished;

    expect([resumed.code, retried.code], resumed.stderr + retried.stderr).toEqual([3, 0]);
    expect(resumed.stderr + retried.stderr).not.toContain('Warning');
    expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS));
    // But for the calls in the air, and those of the two rows that failed, none was made again.
    expect(bench.server.requests.length - ROWS).toBeLessThanOrEqual(CONCURRENCY + 1);
  });

  it.skipIf(!hasTlsRedis)('has a worker make the calls of a queue, over TLS', async () => {
    const bench = await workbench({ keyColumn: 'id' });
    await bench.write('rows.csv', rowsCsv(ROWS));
    const { port, authority } = await tlsRedisForTest();
    const queue = ['--queue', `rediss://127.0.0.1:${port}`];
    const env = { NODE_EXTRA_CA_CERTS: authority };

    startWorker(queue, { node: path, cwd: bench.folder, env: { ...env, PROMPTHA_API_KEY: API_KEY } });
    const run = bench.start([...OUT, ...queue], { node: path, cwd: bench.folder, env });
    const { code, stderr } = await run.finished;

    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain('Warning');
    expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS));
  });

  it('answers in threads on this machine', async () => {
    const bench = await workbench();
    const lines = Array.from({ length: LARGE_ROWS }, (_, n) => `${n},${REVIEW}\n`);
    await bench.write('reviews.csv', `id,review\n${lines.join('')}`);

    const args = ['run', 'reviews.csv', '--fabric', 'local:sentiment', '-o', 'out.csv'];
    const { code, stderr } = await startBatchai(args, { node: path, cwd: bench.folder }).finished;

    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain('Warning');
    expect((await bench.read('out.csv')).match(/positive/g)).toHaveLength(LARGE_ROWS);
  });
});
