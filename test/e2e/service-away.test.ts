import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FakeFabricServer, startFakeFabricServer } from '../support/fake-fabric-server.js';
import { until } from '../support/until.js';
import { enrichedCsv, rowsCsv, workbench } from './workbench.js';

describe('a service that goes away under full load and comes back', () => {
  it('all calls wait, and no row is lost', async () => {
    const concurrency = 60;
    const rows = 2_000;
    let gone: Promise<void> | undefined;
    const bench = await workbench({
      keyColumn: 'id',
      latencyMs: 10,
      observe: () => {
        if (bench.server.requests.length === 400) gone ??= bench.server.close();
      },
    });
    await bench.write('rows.csv', rowsCsv(rows));

    const running = bench.start([
      ...['rows.csv', '-o', 'out.csv', '-c', String(concurrency)],
      ...['--attempts', '5', '--no-progress'],
    ]);
    await until(() => gone !== undefined);
    await gone;
    // Long enough that every connection is tried and refused.
    await delay(1_500);
    const again = await restart(bench.server, { keyColumn: 'id' });
    const result = await running.finished;

    expect(result.stderr).not.toContain('Assertion');
    expect(result.code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(rows));
    expect(again.requests.length).toBeGreaterThan(0);
  });
});

/** Another server on the port of one that was closed. */
async function restart({ url }: FakeFabricServer, options: { keyColumn: string }): Promise<FakeFabricServer> {
  const server = await startFakeFabricServer({ ...options, port: Number(new URL(url).port) });
  onTestFinished(() => server.close());
  return server;
}
