import { describe, expect, it } from 'vitest';
import { beforeTheirTurn, enrichedCsv, idOf, rowsCsv, workbench } from './workbench.js';

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
    let goOn = () => {};
    const manyMore = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const bench = await workbench({
      latencyMs: ({ inputs }) => (Number(inputs.id) % 100 === 1 ? 300 : (Number(inputs.id) * 7919) % 13),
      // The first row is answered when the others have gone on, past any window of a batch.
      heldBack: ({ inputs }) => (inputs.id === idOf(1) ? manyMore : undefined),
      observe: () => {
        if (bench.server.requests.length > 200) goOn();
      },
    });
    await bench.write('rows.csv', rowsCsv(500));

    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '-c', '6', '-b', '10']);

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(500));
    expect(bench.server.maxInFlight).toBe(6);
  });

  // How much of it is used is measured by the bench: here the machine may stand still for a while.
  it('lets no more calls out than the rate limit allows', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(45));

    const startedAt = performance.now();
    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '--rate-limit', '20/s']);

    expect(code).toBe(0);
    expect(beforeTheirTurn(bench.server.requests, startedAt, 50)).toEqual([]);
  });

  it('counts retries against the rate limit too', async () => {
    const bench = await workbench({
      keyColumn: 'id',
      behave: (_request, nth) => (nth === 1 ? { kind: 'status', status: 500 } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(20));

    const startedAt = performance.now();
    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '--rate-limit', '20/s']);

    expect(code).toBe(0);
    expect(bench.server.requests).toHaveLength(40);
    expect(beforeTheirTurn(bench.server.requests, startedAt, 50)).toEqual([]);
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
    // Of 40 rows: no more than went out before the refusal was read.
    const during = bench.server.requests.filter(({ at }) => at > refusedAt && at < refusedAt + 990);
    expect(during.length).toBeLessThanOrEqual(2 * 3);
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
    // Of 30 rows: no more than went out before the answer was read.
    const during = bench.server.requests.filter(({ at }) => at > spentAt && at < spentAt + 990);
    expect(during.length).toBeLessThanOrEqual(4);
  });
});
