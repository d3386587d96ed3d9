import { readdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ANSWERED, batchApiBench as bench, ROWS } from '../support/batch-api-bench.js';

describe('what a run over a batch API has at the service', () => {
  it('is removed before rows are called live, also a file of which no batch was made', async () => {
    const { server, run } = await bench({
      behave: () => ({ runningPolls: 1_000_000, doneShare: 0.4 }),
      fault: ({ route, nth }) => (route === 'POST /v1/batches' && nth > 2 ? FULL : undefined),
    });

    const { code, stderr } = await run('--live-after', '500ms');

    expect(code, stderr).toBe(3);
    expect(server.files.all).toEqual([]);
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
  });

  it('is left, and said, where the service does not remove it; cancel tries again', async () => {
    let isStubborn = true;
    const { server, run, cancel } = await bench({
      fault: ({ route }) => (isStubborn && route === 'DELETE /v1/files/*' ? FORBIDDEN : undefined),
    });

    const ran = await run();
    const left = server.files.all.length;
    isStubborn = false;
    const cancelled = await cancel();

    expect(ran.code, ran.stderr).toBe(3);
    expect(ran.stderr).toContain('left at the service');
    expect(left).toBeGreaterThan(0);
    expect(cancelled.code, cancelled.stderr).toBe(0);
    expect(server.files.all).toEqual([]);
  });

  it('is found when the run goes on, also of rows that are all in the output', async () => {
    let isStubborn = true;
    const { server, run, read } = await bench({
      answer: () => 'fine',
      behave: ({ nth }) => (nth === 4 ? { runningPolls: 10, end: 'failed', failure: NO_MONEY } : {}),
      fault: ({ route }) => (isStubborn && route === 'DELETE /v1/files/*' ? FORBIDDEN : undefined),
    });
    const stopped = await run();
    const left = server.files.all.length;
    const committed = JSON.parse(await read('out.csv.checkpoint/checkpoint.json')).rowsCommitted;

    isStubborn = false;
    const { code, stderr } = await run('--resume');

    expect(stopped.code, stopped.stderr).toBe(4);
    expect([committed, left > 6]).toEqual([150, true]);
    expect(code, stderr).toBe(0);
    expect(server.files.all).toEqual([]);
  });

  it('is told of where batches are out of rows that the input has lost, and kept in mind for cancel', async () => {
    const { server, run, cancel, at, read } = await bench({
      behave: ({ nth }) => ({ runningPolls: nth === 3 || nth === 4 ? 1_000_000 : 0 }),
    });
    await run('--detach');
    const rows = (await read('rows.csv')).split('\n');

    await writeFile(at('rows.csv'), `${rows.slice(0, ROWS / 2 + 1).join('\n')}\n`);
    const ran = await run('--resume');
    const cancelled = await cancel();

    expect(ran.code, ran.stderr).toBe(3);
    expect(ran.stderr).toContain('2 batches are still out, of rows that the input has no more');
    expect(cancelled.stderr).toContain('cancelled 2 batches');
    expect(server.files.all).toEqual([]);
    expect(await readdir(at('out.csv.checkpoint'))).toContain('checkpoint.json');
  });
});

const FULL = {
  kind: 'status',
  status: 429,
  body: { error: { message: 'Too many requests', type: 'rate_limit_error' } },
} as const;

const NO_MONEY = { code: 'billing_hard_limit_reached', message: 'Billing hard limit has been reached' };

const FORBIDDEN = {
  kind: 'status',
  status: 403,
  body: { error: { message: 'You may not remove files', type: 'permission_error' } },
} as const;
