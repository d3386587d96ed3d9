import { describe, expect, it } from 'vitest';
import { enrichedCsv, idOf, mostWithin, rowsCsv, workbench } from './workbench.js';

/**
 * A second, as this process can tell it: a call is noted up to 60 ms late when the machine is busy, and then
 * seems nearer to those after it. That the law holds to the millisecond is for the limiter's own tests.
 */
const A_SECOND = 950;

describe('what limits the calls', () => {
  it('never has more calls in the air, nor connections open, than the concurrency', async () => {
    const bench = await workbench({ latencyMs: 5, keyColumn: 'id' });
    await bench.write('rows.csv', rowsCsv(300));

    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '--concurrency', '7']);

    expect(code).toBe(0);
    expect(bench.server.maxInFlight).toBe(7);
    expect(bench.server.connections).toBeLessThanOrEqual(7);
  });

  it('keeps the order, and stays busy, when some calls take very long', async () => {
    const bench = await workbench({
      latencyMs: ({ inputs }) => (Number(inputs.id) % 100 === 1 ? 1500 : (Number(inputs.id) * 7919) % 13),
    });
    await bench.write('rows.csv', rowsCsv(500));

    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '-c', '6', '-b', '10']);

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(500));
    expect(bench.server.maxInFlight).toBe(6);
    // The first row takes 1.5 s; meanwhile the others go on, past any window of a batch.
    const [first] = bench.server.requests;
    const before = bench.server.requests.filter(({ at }) => at < (first?.at ?? 0) + 1400).length;
    expect(before).toBeGreaterThan(200);
  });

  it('lets no more calls out in any second than the rate limit allows, and not many less', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(45));

    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '--rate-limit', '20/s']);

    expect(code).toBe(0);
    // The first call opens the connection; what that can do has a test of its own.
    const moments = bench.server.requests.slice(1).map(({ at }) => at);
    expect(mostWithin(moments, A_SECOND)).toBeLessThanOrEqual(20);
    expect(mostWithin(moments, 100)).toBeLessThanOrEqual(4);
    // How much of it is used is measured by the bench: here the machine may stand still for a while.
    expect(Math.max(...moments) - Math.min(...moments)).toBeLessThan(43 * 50 * 3);
  });

  it('counts retries against the rate limit too', async () => {
    const bench = await workbench({
      keyColumn: 'id',
      behave: (_request, nth) => (nth === 1 ? { kind: 'status', status: 500 } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(20));

    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '--rate-limit', '20/s']);

    expect(code).toBe(0);
    expect(bench.server.requests).toHaveLength(40);
    expect(
      mostWithin(
        bench.server.requests.map(({ at }) => at),
        A_SECOND,
      ),
    ).toBeLessThanOrEqual(20);
  });

  it('holds everybody up for a 429 as long as it asks, at the cost of no attempt', async () => {
    let refusedAt = 0;
    const bench = await workbench({
      latencyMs: 10,
      keyColumn: 'id',
      behave: ({ inputs, at }, nth) => {
        if (inputs.id !== idOf(20) || nth > 2) return undefined;
        refusedAt = at;
        return {
          kind: 'status',
          status: 429,
          headers: { 'retry-after': '1' },
          body: { message: 'slow down' },
        };
      },
    });
    await bench.write('rows.csv', rowsCsv(60));

    const result = await bench.run(['rows.csv', '-o', 'out.csv', '--attempts', '1', '--json', '-c', '4']);

    expect(result.code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(60));
    expect(JSON.parse(result.stdout)).toMatchObject({ failed: 0, calls: 62, retries: 2 });
    const during = bench.server.requests.filter(({ at }) => at > refusedAt + 100 && at < refusedAt + 990);
    expect(during).toHaveLength(0);
  });

  it('obeys what the headers say is left', async () => {
    let spentAt = Number.POSITIVE_INFINITY;
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs, at }) => {
        if (inputs.id !== idOf(10)) return undefined;
        spentAt = at;
        return {
          kind: 'headers',
          headers: {
            'x-ratelimit-limit-requests': 100,
            'x-ratelimit-remaining-requests': 0,
            'x-ratelimit-reset-requests': '1s',
          },
        };
      },
    });
    await bench.write('rows.csv', rowsCsv(40));

    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '-c', '2']);

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(40));
    const during = bench.server.requests.filter(({ at }) => at > spentAt + 50 && at < spentAt + 990);
    expect(during).toHaveLength(0);
  });
});
