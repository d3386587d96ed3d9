import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { hintIn, pastedCommand } from '../support/pasted-command.js';
import { DESCRIBE, modelBench } from './model-bench.js';
import { beforeTheirTurn, enrichedCsv, rowsCsv, workbench } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv'];
const A_CENT = ['--price', 'call=0.01'];

describe('--max-cost', () => {
  it('stops a run before it costs more, and lets it go on with a larger budget', async () => {
    const bench = await workbench({ keyColumn: 'id', latencyMs: 5 });
    await bench.write('rows.csv', rowsCsv(200));

    const first = await bench.run([...OUT, ...A_CENT, '--max-cost', '0.5', '--json']);
    const calls = bench.server.requests.length;
    const again = await bench.run([...OUT, ...A_CENT, '--max-cost', '0.5', '--resume']);
    const more = await bench.run([...OUT, ...A_CENT, '--max-cost', '1.2', '--resume', '--json']);
    const rest = await bench.run([...OUT, ...A_CENT, '--max-cost', 'none', '--resume', '--json']);

    expect([first.code, again.code, more.code, rest.code], first.stderr).toEqual([4, 4, 4, 0]);
    expect(calls).toBe(50);
    expect(first.stderr).toContain('another call might pass --max-cost ($0.5');
    expect(JSON.parse(first.stdout)).toMatchObject({ cost: 0.5, costUnit: 'USD', calls: 50 });
    expect(JSON.parse(more.stdout)).toMatchObject({ cost: 1.2, calls: 120 });
    expect(JSON.parse(rest.stdout)).toMatchObject({ cost: 2, calls: 200 });
    expect(bench.server.requests.length).toBe(200);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(200));
  });

  it('is not passed after a kill, though the checkpoint knows nothing of the last calls', async () => {
    const bench = await workbench({ keyColumn: 'id', latencyMs: 5 });
    await bench.write('rows.csv', rowsCsv(200));
    const batchai = bench.start([...OUT, ...A_CENT, '--max-cost', '1', '-c', '5']);
    while (bench.server.requests.length < 60) await delay(1);
    batchai.child.kill('SIGKILL');
    await batchai.finished;

    const { code } = await bench.run([...OUT, ...A_CENT, '--max-cost', '1', '-c', '5', '--resume']);

    expect(code).toBe(4);
    // What was in the air when it was killed, nobody has heard of.
    expect(bench.server.requests.length).toBeGreaterThanOrEqual(100);
    expect(bench.server.requests.length).toBeLessThanOrEqual(105);
  });

  it('keeps to the rate limit from the moment on at which the price is known', async () => {
    const bench = await modelBench({ latencyMs: 400, usage: () => ({ input: 1_000, output: 0 }) }, DESCRIBE);
    await bench.write('rows.csv', rowsCsv(60));

    const { code, stderr } = await bench.run([
      ...OUT,
      ...['--price', 'input=1,output=1', '--max-cost', '5', '--rate-limit', '20/s', '-c', '50'],
    ]);

    expect(code, stderr).toBe(0);
    // Those that waited for the price would be eight at once.
    const [first, ...others] = bench.server.requests;
    expect(beforeTheirTurn(others, (first?.at ?? 0) + 399, 50)).toEqual([]);
  });

  it('counts what tokens cost, and is not passed where all calls take as many, over resumed runs too', async () => {
    const bench = await modelBench({ latencyMs: 3, usage: () => ({ input: 900, output: 100 }) }, DESCRIBE);
    await bench.write('rows.csv', rowsCsv(100));
    // A call costs 0.0012: not a multiple of the budget.
    const paid = [...OUT, '--price', 'input=1,output=3', '--max-cost', '0.05', '--json'];

    const first = await bench.run(paid);
    const second = await bench.run([...paid, '--resume']);

    expect([first.code, second.code], first.stderr).toEqual([4, 4]);
    expect(bench.server.requests.length).toBe(41);
    expect(JSON.parse(second.stdout)).toMatchObject({ cost: 0.0492, tokens: { in: 36_900, out: 4_100 } });
  });

  it('stops after one call where the service does not say what it took', async () => {
    const bench = await modelBench({ usage: () => undefined }, DESCRIBE);
    await bench.write('rows.csv', rowsCsv(100));

    const { code, stderr } = await bench.run([...OUT, '--price', 'input=1,output=3', '--max-cost', '5']);

    expect(code).toBe(4);
    expect(bench.server.requests.length).toBe(1);
    expect(stderr).toContain('does not say how many tokens a call took');
    const hint = hintIn(stderr);
    expect(hint).toBe(
      'batchai resume out.csv --max-cost none --max-calls 1000  # or with a --price for each call',
    );
    const resumed = await bench.batchai(await pastedCommand(hint));
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(bench.server.requests.length).toBe(100);
  });

  it('is refused before the first call where no price is known', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(3));

    const { code, stderr } = await bench.run([...OUT, '--max-cost', '5']);

    expect(code).toBe(2);
    expect(stderr).toContain(
      '--max-cost: the price of product-description is not known; state it with --price',
    );
    expect(bench.server.requests.length).toBe(0);
  });

  it('is no obstacle to a fabric that runs on this machine', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(30));

    const { code, stderr } = await bench.run([...OUT, '--fabric', 'local:summary', '--max-cost', '0.01']);

    expect(code, stderr).toBe(0);
  });
});

describe('--max-calls', () => {
  it('is exact, calls that are made again included, while other rows wait for their next attempt', async () => {
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }, nth) =>
        Number(inputs.id) % 3 === 0 && nth === 1 ? { kind: 'status', status: 500 } : undefined,
    });
    await bench.write('rows.csv', rowsCsv(100));

    const { code, stdout, stderr } = await bench.run([...OUT, '--max-calls', '70', '--json']);

    expect(code, stderr).toBe(4);
    expect(bench.server.requests.length, stderr).toBe(70);
    expect(JSON.parse(stdout).calls).toBe(70);
    const rest = await bench.run([...OUT, '--max-calls', 'none', '--resume', '--json']);
    expect(rest.code).toBe(0);
    expect(JSON.parse(rest.stdout).calls).toBe(bench.server.requests.length);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(100));
  });
});

describe('--deadline', () => {
  it('stops a run in time, resumable, with nothing left in the air', async () => {
    const bench = await workbench({ keyColumn: 'id', latencyMs: 50 });
    await bench.write('rows.csv', rowsCsv(300));

    const { code, stderr } = await bench.run([...OUT, '--deadline', '2s', '-c', '2']);
    const calls = bench.server.requests.length;
    const rest = await bench.run([...OUT, '--resume', '-c', '50']);

    expect(code, stderr).toBe(4);
    expect(stderr).toContain('the deadline (');
    expect(calls).toBeLessThan(300);
    expect(rest.code).toBe(0);
    expect(bench.server.requests.length).toBe(300);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(300));
  });
});
