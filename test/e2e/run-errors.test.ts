import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../support/fake-fabric-server.js';
import { portNobodyListensOn } from '../support/free-port.js';
import { enrichedCsv, parseJsonl, rowsCsv, type Workbench, workbench } from './workbench.js';

describe("an error that is the run's own", () => {
  it('a wrong key: stops at once, blames no row, and goes on with the right one', async () => {
    const bench = await workbench({ keyColumn: 'id', latencyMs: 20 });
    await bench.write('rows.csv', rowsCsv(200));

    const stopped = await bench.run(['rows.csv', '-o', 'out.csv', '-c', '5'], {
      env: { PROMPTHA_API_KEY: 'wrong-key' },
    });
    const list = await bench.list();
    const refused = bench.server.requests.length;
    const resumed = await bench.run(['rows.csv', '-o', 'out.csv', '--resume']);

    expect(stopped).toMatchObject({ code: 4, stdout: '' });
    expect(stopped.stderr).toMatch(/401.*PROMPTHA_API_KEY/);
    expect(stopped.stderr).toContain('go on: batchai resume out.csv\n');
    expect(refused).toBeLessThanOrEqual(5);
    expect(list.filter((name) => /^out\.csv($|\.dead)/.test(name))).toEqual([]);
    expect(resumed.code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(200));
    expect(bench.server.requests.length - refused).toBe(200);
  });

  it('a key that is refused under way: answers are kept, and not one is paid for twice', async () => {
    let refuse = false;
    const refuseAt = new Set(['00120']);
    const bench = await workbench({
      keyColumn: 'id',
      latencyMs: 5,
      behave: ({ inputs }) => {
        refuse ||= refuseAt.delete(String(inputs.id));
        return refuse
          ? { kind: 'status', status: 403, body: { message: 'the key was withdrawn' } }
          : undefined;
      },
    });
    await bench.write('rows.csv', rowsCsv(200));

    const stopped = await bench.run(['rows.csv', '-o', 'out.csv', '-c', '5']);
    const refusedCalls = bench.server.requests.filter(({ status }) => status === 403).length;
    refuse = false;
    const resumed = await bench.run(['rows.csv', '-o', 'out.csv', '--resume']);

    expect([stopped.code, resumed.code]).toEqual([4, 0]);
    // One row lends its place while it waits, and all are called once more: a stray refusal is no reason to stop.
    expect(refusedCalls).toBeLessThanOrEqual(12);
    expect(bench.server.requests).toHaveLength(200 + refusedCalls);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(200));
    expect(await bench.list()).not.toContain('out.csv.dead-letters.jsonl');
  });

  it('a page of a firewall for one row, at every resume: its letter, and all others are answered', async () => {
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }) =>
        inputs.id === '00001' || inputs.id === '00040'
          ? { kind: 'status', status: 403, body: '<html><title>403 Forbidden</title></html>' }
          : undefined,
    });
    await bench.write('rows.csv', rowsCsv(100));

    const { code, stderr } = await bench.run(['rows.csv', '-o', 'out.csv', '-c', '5']);

    expect(code, stderr).toBe(3);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(100, { fails: (n) => n === 1 || n === 40 }));
    expect(parseJsonl(await bench.read('out.csv.dead-letters.jsonl'))).toMatchObject([
      { row: 1, error: { kind: 'refused', status: 403 }, attempts: 1 },
      { row: 40, error: { kind: 'refused', status: 403 }, attempts: 1 },
    ]);
  });

  it('a page of a firewall for every row', async () => {
    const bench = await workbench({
      behave: () => ({ kind: 'status', status: 403, body: '<html>Forbidden</html>' }),
    });
    await bench.write('rows.csv', rowsCsv(100));

    const stopped = await bench.run(['rows.csv', '-o', 'out.csv', '-c', '4']);

    expect(stopped.code).toBe(4);
    expect(stopped.stderr).toContain('the first 20 rows were refused alike, and none was answered');
    expect(bench.server.requests.length).toBeLessThanOrEqual(24);
    expect(await bench.list()).not.toContain('out.csv.dead-letters.jsonl');
  });

  it('a stray 401 and a stray 404 after answers', async () => {
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }, nth) =>
        nth === 1 && (inputs.id === '00050' || inputs.id === '00070')
          ? { kind: 'status', status: inputs.id === '00050' ? 401 : 404 }
          : undefined,
    });
    await bench.write('rows.csv', rowsCsv(100));

    const { code, stderr } = await bench.run(['rows.csv', '-o', 'out.csv', '-c', '5']);

    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(100));
    expect(bench.server.requests).toHaveLength(102);
  });

  it('the same refusal for the first rows, whatever their number in the air: nothing is written off', async () => {
    let isWrong = true;
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }) =>
        isWrong
          ? { kind: 'status', status: 400, body: { message: `bad form of request for "${inputs.id}"` } }
          : undefined,
    });
    await bench.write('rows.csv', rowsCsv(200));

    const stopped = await bench.run(['rows.csv', '-o', 'out.csv', '-c', '3']);
    const refused = bench.server.requests.length;
    isWrong = false;
    const resumed = await bench.run(['rows.csv', '-o', 'out.csv', '--resume']);

    expect(stopped.code).toBe(4);
    expect(stopped.stderr).toMatch(/first 20 rows were refused alike.*bad form of request/);
    expect(refused).toBeLessThanOrEqual(23);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(200));
  });

  it('an unknown fabric', async () => {
    const bench = await workbench({ fabricIds: ['another'] });

    const stopped = await runAndStop(bench);

    expect(stopped.stderr).toMatch(/404.*There is no fabric "product-description"/);
  });

  it.each<[string, Behaviour]>([
    ['402', { kind: 'status', status: 402, body: { message: 'payment required' } }],
    [
      '429 insufficient_quota',
      {
        kind: 'status',
        status: 429,
        headers: { 'retry-after': '1' },
        body: { error: { code: 'insufficient_quota', message: 'you have no credit' } },
      },
    ],
  ])('no credit: %s', async (_name, behaviour) => {
    const bench = await workbench({ behave: () => behaviour });

    const stopped = await runAndStop(bench);

    expect(stopped.stderr).toContain('no credit');
  });

  it('a service that is not there: stops, rather than wait for it', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(50));

    const stopped = await bench.run([
      'rows.csv',
      '-o',
      'out.csv',
      '--base-url',
      `http://127.0.0.1:${await portNobodyListensOn()}/v1`,
    ]);
    const resumed = await bench.run(['rows.csv', '-o', 'out.csv', '--resume']);

    expect(stopped).toMatchObject({ code: 4, stdout: '' });
    expect(stopped.stderr).toMatch(/ECONNREFUSED.*--base-url/);
    expect(resumed.code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(50));
    expect(await bench.list()).not.toContain('out.csv.dead-letters.jsonl');
  });

  it('an address that is no fabric service at all', async () => {
    const bench = await workbench({ behave: () => ({ kind: 'body', body: { executionId: 'e-1' } }) });

    const stopped = await runAndStop(bench);

    expect(stopped.stderr).toContain('executionId');
  });
});

async function runAndStop(bench: Workbench) {
  await bench.write('rows.csv', rowsCsv(100));
  const result = await bench.run(['rows.csv', '-o', 'out.csv', '--concurrency', '4']);
  expect(result).toMatchObject({ code: 4, stdout: '' });
  expect(bench.server.requests.length).toBeLessThanOrEqual(4);
  expect(await bench.list()).not.toContain('out.csv.dead-letters.jsonl');
  expect(await bench.list()).not.toContain('out.csv');
  return result;
}
