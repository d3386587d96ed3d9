import { describe, expect, it } from 'vitest';
import { ANSWERED, batchApiBench as bench, ROWS } from '../support/batch-api-bench.js';

/** Four batches, of which the second is lost by the service once they are all out. */
async function oneIsGone() {
  let isHeld = true;
  const made = await bench({
    answer: ({ prompt }) => `described ${prompt}`,
    behave: () => ({
      get runningPolls() {
        return isHeld ? Number.POSITIVE_INFINITY : 0;
      },
    }),
  });
  await made.run('--detach');
  made.server.jobs.delete('batch_2');
  isHeld = false;
  return made;
}

describe('a batch that is gone at the service', () => {
  it('stops the run once all others are collected, and says what to do', async () => {
    const { server, run, cancel, read } = await oneIsGone();

    const stopped = await run('--resume');
    const cancelled = await cancel();
    const collected = server.ledger.totals.billed;
    const finished = await run('--resume', '--gone-batches', 'again');

    for (const { code, stderr } of [stopped, cancelled]) {
      expect(code, stderr).toBe(4);
      expect(stderr).toContain('batch_2 of shard 2, with 50 rows');
      expect(stderr).toContain('go on with --gone-batches again');
    }
    expect(collected).toBe(ROWS - 50);
    expect(finished.code, finished.stderr).toBe(0);
    expect((await read('out.csv')).split('\n')[51]).toBe('thing,51,described thing 51');
    expect(server.ledger.totals).toMatchObject({ billed: ROWS, billedTwice: 0 });
    expect(server.files.all).toEqual([]);
  });

  it('is given up, with its rows among the dead letters', async () => {
    const { server, run, read } = await oneIsGone();

    const { code, stderr } = await run('--resume', '--gone-batches', 'dead-letter');

    expect(code, stderr).toBe(3);
    const letters = (await read('out.csv.dead-letters.jsonl')).trim().split('\n');
    expect(letters.map((line) => JSON.parse(line).row)).toEqual(
      Array.from({ length: 50 }, (_, at) => 51 + at),
    );
    expect(JSON.parse(letters[0] ?? '').error.message).toContain('batch_2 is gone');
    expect(server.ledger.totals.billed).toBe(ROWS - 50);
  });

  it('is not run live at its time, where nobody decided that it may be paid twice', async () => {
    const { server, run } = await oneIsGone();

    const stopped = await run('--resume', '--live-after', '1ms');
    const billed = server.ledger.totals.billed;
    const finished = await run('--resume', '--live-after', '1ms', '--gone-batches', 'again');

    expect(stopped.code, stopped.stderr).toBe(4);
    expect(stopped.stderr).toContain('go on with --gone-batches again');
    expect(billed).toBeLessThanOrEqual(ROWS - 50);
    expect(finished.code, finished.stderr).toBe(0);
    expect(server.ledger.totals).toMatchObject({ billed: ROWS, billedTwice: 0 });
  });

  it('counts as gone where the file of its results is: what is left of them is taken', async () => {
    const made = await bench({
      fault: ({ route, nth }) => {
        const output = made.server.files.all.find(({ purpose }) => purpose === 'batch_output');
        if (route === 'GET /v1/files/*/content' && nth === 1 && output) made.server.files.delete(output.id);
        return undefined;
      },
    });

    const stopped = await made.run();
    const finished = await made.run('--resume', '--gone-batches', 'again');

    expect(stopped.code, stopped.stderr).toBe(4);
    expect(stopped.stderr).toContain('batch_1 of shard 1');
    expect(finished.code, finished.stderr).toBe(3);
    expect((await made.read('out.csv')).split('\n')).toHaveLength(ROWS + 2);
  });

  it('is left alone where another key may see it: the run stops at once', async () => {
    let isHeld = true;
    const { server, run, runWith } = await bench({
      keys: ['test-key', 'another-key'],
      behave: () => ({
        get runningPolls() {
          return isHeld ? Number.POSITIVE_INFINITY : 0;
        },
      }),
    });
    await run('--detach');
    isHeld = false;

    const refused = await runWith('another-key', '--resume', '--gone-batches', 'again');
    const anew = await run('--overwrite');
    const collected = await run('--resume');

    expect(refused.code, refused.stderr).toBe(4);
    expect(refused.stderr).toMatch(
      /sent with another key, or to another address, fingerprint [0-9a-f]{12}; this one's is [0-9a-f]{12}: .*give the key, or the project/,
    );
    expect(anew.code, anew.stderr).toBe(2);
    expect(anew.stderr).toContain('remove ');
    expect(collected.code, collected.stderr).toBe(3);
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
  });
});
