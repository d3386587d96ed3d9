import { describe, expect, it } from 'vitest';
import { ANSWERED, batchApiBench as bench, ROWS } from '../support/batch-api-bench.js';

describe('a run over a batch API whose queue holds few tokens', () => {
  it('sends the rows of a shard that is too large by itself in smaller ones', async () => {
    // Fifty rows are about 2,500 tokens for the fake, which counts four bytes a token.
    const { server, run, read } = await bench({ enqueuedTokens: 1_000 });

    const { code, stderr } = await run();

    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/shard 1: its 50 rows go into smaller batches, of 1,000 tokens at most/);
    expect((await read('out.csv')).split('\n')).toHaveLength(ROWS + 2);
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
    expect(server.files.all).toEqual([]);
  });

  it('never has more waiting than it was told', async () => {
    let refused = 0;
    const { server, run } = await bench({
      enqueuedTokens: 3_000,
      behave: () => ({ runningPolls: 2 }),
    });

    const { code, stderr } = await run('--batch-api-tokens', '3000');
    refused += server.jobs.all.filter(({ end }) => end === 'failed').length;

    expect(code, stderr).toBe(3);
    expect(refused).toBe(0);
    expect(server.jobs.all.length).toBeGreaterThan(4);
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
  });
});

describe('a run over a batch API where a queue of workers is set', () => {
  it('needs no worker, and says in its plan that the queue has no part in it', async () => {
    const { server, run } = await bench({});

    const { code, stderr } = await run('--queue', 'redis://127.0.0.1:1');

    expect(code, stderr).toBe(3);
    expect(stderr).toContain(
      'redis://127.0.0.1:1: has no part in this run; batches are sent from here alone',
    );
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
  });
});
