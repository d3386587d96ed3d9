import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANSWERED, batchApiBench as bench, ROWS } from '../support/batch-api-bench.js';
import { hintIn } from '../support/pasted-command.js';
import { runBatchai } from '../support/run-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('a run over a batch API', () => {
  it('leaves when everything is submitted, and collects when it goes on', async () => {
    const { behave, letGo } = heldBatches();
    const { server, run, paste, read, at } = await bench({ behave });

    const left = await run('--detach');
    const status = await runBatchai(['status', at('out.csv'), '--json'], { env: {} });
    const live = await run('--resume', '--no-batch-api');
    const anew = await run('--overwrite');
    letGo();
    const collected = await paste(hintIn(left.stderr), '--json');

    expect(left.code, left.stderr).toBe(6);
    expect(left.stderr).toMatch(/go on: batchai resume \S+out\.csv {2}# collects the answers\n/);
    expect(JSON.parse(status.stdout).batches).toMatchObject({
      service: 'OpenAI',
      out: Array.from({ length: 4 }, () => ({
        rows: 50,
        word: expect.stringMatching(/^(validating|in_progress)$/),
      })),
      waiting: 0,
    });
    expect(live.code).toBe(2);
    expect(live.stderr).toContain('add --batch-api to collect them');
    expect(anew.code).toBe(2);
    expect(collected.code, collected.stderr).toBe(3);
    expect((await read('out.csv')).split('\n')[200]).toBe('thing,200,described thing 200');
    expect(JSON.parse(collected.stdout).batchApi).toMatchObject({ live: 0 });
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
    expect(await readdir(at('out.csv.checkpoint'))).toEqual(['checkpoint.json', 'history.json']);
  });

  it('refuses a limit below the rows that are out: they are paid for', async () => {
    const { server, run } = await bench({ behave: () => ({ runningPolls: 40 }) });

    await run('--detach');
    const limited = await run('--resume', '--limit', '120');
    const collected = await run('--resume', '--limit', `${ROWS}`);

    expect(limited.code, limited.stderr).toBe(2);
    expect(limited.stderr).toContain('rows up to 200 were sent to OpenAI');
    expect(collected.code, collected.stderr).toBe(3);
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
  });

  it('stops where a row was put in before rows that are out: all of them would be sent again', async () => {
    const { behave, letGo } = heldBatches();
    const { server, run, read, at } = await bench({ behave });
    await run('--detach');
    letGo();
    const sent = await read('rows.csv');
    const [header, ...rows] = sent.split('\n');

    await writeFile(at('rows.csv'), [header, 'other,0', ...rows].join('\n'));
    const moved = await run('--resume');
    await writeFile(at('rows.csv'), sent);
    const collected = await run('--resume');

    expect(moved.code, moved.stderr).toBe(4);
    expect(moved.stderr).toContain('has other rows than were sent');
    expect(moved.stderr).toContain('bring the old file back and go on');
    expect(collected.code, collected.stderr).toBe(3);
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
  });

  it('sends no row behind those that are out where one was put in before them', async () => {
    const { behave, letGo } = heldBatches();
    const { server, run, read, at } = await bench({ behave });
    await run('--detach', '--limit', '100');
    const sent = await read('rows.csv');
    const [header, ...rows] = sent.split('\n');

    await writeFile(at('rows.csv'), [header, 'other,0', ...rows].join('\n'));
    const moved = await run('--resume', '--limit', `${ROWS}`);
    letGo();
    await writeFile(at('rows.csv'), sent);
    const finished = await run('--resume', '--limit', `${ROWS}`);

    expect(moved.code, moved.stderr).toBe(4);
    expect(moved.stderr).not.toMatch(/batch \S+ has/);
    expect(finished.code, finished.stderr).toBe(3);
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
  });

  it('cancels what is out at its time, and finishes the rest live', async () => {
    const { server, run, read } = await bench({
      behave: ({ nth }) => ({ runningPolls: nth === 1 ? 0 : 1_000_000, doneShare: 0.4 }),
    });

    const { code, stderr, stdout } = await run('--live-after', '700ms', '--meta-columns', '--json');

    expect(code, stderr).toBe(3);
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
    const tiers = (await read('out.csv')).split('\n').map((line) => line.split(',').at(-2));
    expect(new Set(tiers)).toEqual(new Set(['ai_tier', 'batch', 'live', undefined]));
    const { batchApi, cost } = JSON.parse(stdout);
    expect(batchApi.batch + batchApi.live).toBeCloseTo(cost, 9);
    expect(batchApi.liveOnly).toBeCloseTo(2 * batchApi.batch + batchApi.live, 9);
  });

  it('submits no more than may be spent, and goes on with more', async () => {
    const { server, run } = await bench({}, 'parameters: {max_tokens: 100}\n');

    const stopped = await run('--max-cost', '0.0008');
    const { billed } = server.ledger.totals;
    const finished = await run('--max-cost', '1', '--resume');

    expect(stopped.code, stopped.stderr).toBe(4);
    expect(stopped.stderr).toContain('--max-cost');
    expect(billed).toBeGreaterThan(0);
    expect(billed).toBeLessThan(ANSWERED);
    expect(finished.code, finished.stderr).toBe(3);
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
  });

  it('is cancelled: what was done is kept, and the rest is sent again', async () => {
    const { server, run, cancel, read } = await bench({
      behave: ({ nth }) => ({ runningPolls: nth <= 4 ? 1_000_000 : 0, doneShare: 0.4 }),
    });

    await run('--detach');
    const cancelled = await cancel();
    const again = await cancel();
    const finished = await run('--resume');

    expect(cancelled.code, cancelled.stderr).toBe(4);
    expect(cancelled.stderr).toContain('cancelled 4 batches; 80 results');
    expect(again.code, again.stderr).toBe(0);
    expect(finished.code, finished.stderr).toBe(3);
    expect((await read('out.csv')).split('\n')).toHaveLength(ROWS + 2);
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
  });

  it('goes on after it was cancelled by the command that is printed, pasted: the rest is called live', async () => {
    const { server, run, cancel, paste } = await bench({
      behave: () => ({ runningPolls: 1_000_000, doneShare: 0.4 }),
    });
    await run('--detach');
    const cancelled = await cancel();

    const finished = await paste(hintIn(cancelled.stderr));

    expect(finished.code, finished.stderr).toBe(3);
    expect(server.ledger.totals).toMatchObject({ billed: ANSWERED, billedTwice: 0 });
  });

  it('is not cancelled where it is a live run, whose fabric may have no batch API', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'rows.csv'), 'text\nfine\n');
    const out = join(folder, 'out.csv');
    await runBatchai(['run', join(folder, 'rows.csv'), '-f', 'local:sentiment', '-o', out]);

    const { code, stderr } = await runBatchai(['cancel', out]);

    expect(code, stderr).toBe(0);
    expect(stderr).toContain('nothing to cancel: no batch of this run is out');
  });

  it('stops where the service refuses the batch as a whole, and blames no row', async () => {
    const { run } = await bench({
      behave: () => ({
        end: 'failed',
        failure: { code: 'billing_hard_limit_reached', message: 'Billing hard limit has been reached' },
      }),
    });

    const { code, stderr } = await run();

    expect(code, stderr).toBe(4);
    expect(stderr).toContain('Billing hard limit has been reached');
    expect(stderr).toContain('no row is to blame');
  });

  it('is refused before anything is sent where it cannot be', async () => {
    const { server, run } = await bench({});

    for (const args of [
      ['-f', 'local:sentiment', '--batch-api'],
      ['--tier', 'local:sentiment', '--score', 'schema'],
      ['-r', 'auto'],
      ['--max-calls', '5'],
      ['--max-cost', '5'],
      ['-o', '-'],
    ]) {
      const { code, stderr } = await run(...args);
      expect(code, args.join(' ')).toBe(2);
      expect(stderr, args.join(' ')).toContain('--batch-api: ');
    }

    expect(server.requests).toEqual([]);
  });
});

/** Batches that end once they may: however slow the machine, a run collects none of them before. */
function heldBatches() {
  let isHeld = true;
  return {
    behave: () => ({
      get runningPolls() {
        return isHeld ? Number.POSITIVE_INFINITY : 0;
      },
    }),
    letGo: () => {
      isHeld = false;
    },
  };
}
