import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../support/fake-fabric-server.js';
import { enrichedCsv, FABRIC, parseCsv, parseJsonl, rowsCsv, workbench } from './workbench.js';

const status = (code: number, message: string, error: object = {}): Behaviour => ({
  kind: 'status',
  status: code,
  body: { error: { message, ...error } },
});

describe("a row's own error", () => {
  it('goes to the dead letters as specified; the row keeps its place, empty', async () => {
    const refusals: Record<string, Behaviour> = {
      '00002': status(400, 'wanted a name'),
      '00004': status(413, 'far too long'),
      '00005': status(422, 'no sense in it'),
      '00008': status(400, 'we do not write about this', { code: 'content_policy_violation' }),
      '00009': status(400, 'too many tokens', { code: 'context_length_exceeded' }),
    };
    const bench = await workbench({ keyColumn: 'id', behave: ({ inputs }) => refusals[String(inputs.id)] });
    await bench.write('rows.csv', rowsCsv(10));

    const result = await bench.run(['rows.csv', '-o', 'out.csv']);

    expect(result).toMatchObject({ code: 3, stdout: '' });
    expect(result.stderr).toContain('out.csv.dead-letters.jsonl');
    expect(await bench.read('out.csv')).toBe(enrichedCsv(10, { fails: (n) => [2, 4, 5, 8, 9].includes(n) }));
    const letters = parseJsonl(await bench.read('out.csv.dead-letters.jsonl'));
    const items = parseCsv(rowsCsv(10));
    const expected: [number, string, number, string][] = [
      [2, 'bad-request', 400, 'wanted a name'],
      [4, 'too-large', 413, 'far too long'],
      [5, 'unprocessable', 422, 'no sense in it'],
      [8, 'refused', 400, 'we do not write about this'],
      [9, 'too-large', 400, 'too many tokens'],
    ];
    expect(letters).toEqual(
      expected.map(([row, kind, code, message]) => ({
        row,
        item: items[row - 1],
        fabricId: FABRIC,
        error: { kind, status: code, message: expect.stringContaining(message) },
        attempts: 1,
        failedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      })),
    );
    expect(bench.server.requests).toHaveLength(10);
  });

  it('leaves null in JSONL, and no cell of a CSV is moved', async () => {
    const bench = await workbench({
      behave: ({ inputs }) => (inputs.id === 1 ? status(422, 'no') : undefined),
    });
    await bench.write('rows.jsonl', '{"id":1}\n{"id":2}\n');

    const { code } = await bench.run(['rows.jsonl', '-o', 'out.jsonl']);

    expect(code).toBe(3);
    expect(await bench.read('out.jsonl')).toBe(
      '{"id":1,"ai_output":null}\n{"id":2,"ai_output":"described 2"}\n',
    );
  });

  it('can be allowed only so often: a number of rows', async () => {
    const bench = await workbench({
      behave: ({ inputs }) => (Number(inputs.id) % 3 === 0 ? status(422, 'no') : undefined),
    });
    await bench.write('rows.csv', rowsCsv(120));

    const within = await bench.run(['rows.csv', '-o', 'within.csv', '--max-errors', '40']);
    const past = await bench.run(['rows.csv', '-o', 'past.csv', '--max-errors', '4', '-c', '2', '-b', '5']);
    const callsUntilStop = bench.server.requests.length - 120;
    const on = await bench.run(['rows.csv', '-o', 'past.csv', '--resume']);

    expect([within.code, past.code, on.code]).toEqual([3, 4, 3]);
    expect(past.stderr).toContain('--max-errors');
    // The fifth failure is row 15.
    expect(callsUntilStop).toBeGreaterThanOrEqual(15);
    expect(callsUntilStop).toBeLessThanOrEqual(16);
    expect(bench.server.requests).toHaveLength(240);
    expect(await bench.read('past.csv')).toBe(await bench.read('within.csv'));
  });

  it('can be allowed only so often: a share of the rows', async () => {
    const bench = await workbench({
      behave: ({ inputs }) => (Number(inputs.id) % 10 === 0 ? status(422, 'no') : undefined),
    });
    await bench.write('rows.csv', rowsCsv(200));

    const within = await bench.run(['rows.csv', '-o', 'within.csv', '--max-errors', '20%']);
    const before = bench.server.requests.length;
    const past = await bench.run(['rows.csv', '-o', 'past.csv', '--max-errors', '5%', '-c', '2']);

    expect([within.code, past.code]).toEqual([3, 4]);
    expect(bench.server.requests.length - before).toBeLessThan(100);
    expect(await bench.list()).not.toContain('past.csv');
  });
});

describe('an error that may pass', () => {
  it('is tried again: 500s, resets, bodies that break off, are no JSON or hold no answer, time-outs', async () => {
    const once: Record<string, Behaviour> = {
      '00001': { kind: 'status', status: 500 },
      '00002': { kind: 'reset' },
      '00003': { kind: 'cut' },
      '00004': { kind: 'not-json' },
      '00005': { kind: 'neither' },
      '00006': { kind: 'hang' },
      '00007': { kind: 'drip', everyMs: 200 },
      '00008': { kind: 'status', status: 502, body: '<html>Bad gateway</html>' },
    };
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }, nth) => (nth === 1 ? once[String(inputs.id)] : undefined),
    });
    await bench.write('rows.csv', rowsCsv(12));

    const result = await bench.run(['rows.csv', '-o', 'out.csv', '--json', '--timeout', '1500ms']);

    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ total: 12, calls: 20, retries: 8 });
    expect(await bench.read('out.csv')).toBe(enrichedCsv(12));
    // What came whole would be given again by a gateway that keeps answers; what did not may still be had.
    const isWhole = new Set(['00001', '00004', '00005', '00008']);
    for (const id of Object.keys(once)) {
      const keys = bench.server.requests
        .filter(({ inputs }) => inputs.id === id)
        .map((r) => r.idempotencyKey);
      expect([keys.length, new Set(keys).size]).toEqual([2, isWhole.has(id) ? 2 : 1]);
    }
    const keys = new Set(bench.server.requests.map((request) => request.idempotencyKey));
    expect(keys.size, 'no two rows share an Idempotency-Key').toBe(12 + isWhole.size);
  });

  it('fails its row after the last attempt', async () => {
    const always: Record<string, Behaviour> = {
      '00001': { kind: 'status', status: 500, body: { message: 'oh no' } },
      '00002': { kind: 'reset' },
      '00003': { kind: 'not-json' },
      '00004': { kind: 'neither' },
    };
    const bench = await workbench({ keyColumn: 'id', behave: ({ inputs }) => always[String(inputs.id)] });
    await bench.write('rows.csv', rowsCsv(6));

    const result = await bench.run(['rows.csv', '-o', 'out.csv', '--attempts', '2']);

    expect(result.code).toBe(3);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(6, { fails: (n) => n <= 4 }));
    expect(parseJsonl(await bench.read('out.csv.dead-letters.jsonl'))).toMatchObject([
      {
        row: 1,
        error: { kind: 'server', status: 500, message: expect.stringContaining('oh no') },
        attempts: 2,
      },
      { row: 2, error: { kind: 'network' }, attempts: 2 },
      { row: 3, error: { kind: 'bad-answer' }, attempts: 2 },
      { row: 4, error: { kind: 'bad-answer' }, attempts: 2 },
    ]);
    expect(bench.server.requests).toHaveLength(10);
  });
});
