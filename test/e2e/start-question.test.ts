import { describe, expect, it } from 'vitest';
import type { RunOptions } from '../support/run-batchai.js';
import { rowsCsv, workbench } from './workbench.js';

const ASKED = 'Start? [Y/n]';

/** A run at a terminal at which a person answers the question. */
async function atTerminal(rows: number, args: readonly string[], answer?: string) {
  const bench = await workbench();
  await bench.write('rows.csv', rowsCsv(rows));
  const keys = answer === undefined ? [] : [{ at: ASKED, press: answer }];
  const options: RunOptions = { keys };
  const result = await bench.startHere(['rows.csv', '-o', 'out.csv', ...args], options).finished;
  return { ...result, bench };
}

const PRICED = ['--price', 'call=0.01'];

describe('the question before a run at a terminal', () => {
  it('comes after the plan of a run with a price, and Enter starts it', async () => {
    const { code, stderr, bench } = await atTerminal(4, PRICED, '\n');

    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/questions +4 different\n.*cost +about \$0\.04, without retries\n.*Start\?/s);
    expect(bench.server.requests).toHaveLength(4);
  });

  it.each(['n\n', 'no\n', 'what\n'])(
    'answered with %j calls nothing, writes nothing, and ends with 2',
    async (answer) => {
      const { code, stderr, bench } = await atTerminal(4, PRICED, answer);

      expect(code).toBe(2);
      expect(stderr).toContain('batchai: not started; nothing was called\n');
      expect(bench.server.requests).toHaveLength(0);
      expect(await bench.list()).toEqual(['rows.csv']);
    },
  );

  it('comes at no price where there are more than 1,000 rows', async () => {
    const many = await atTerminal(1_001, ['-f', 'local:keywords', '--inputs', 'text=name'], 'n\n');
    const few = await atTerminal(1_000, ['-f', 'local:keywords', '--inputs', 'text=name']);

    expect([many.code, few.code]).toEqual([2, 0]);
    expect(few.stderr).not.toContain(ASKED);
  });

  it.each([[['--yes']], [['-y']], [['--quiet']]])('does not come with %j', async (more) => {
    const { code, stderr } = await atTerminal(4, [...PRICED, ...more]);

    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain(ASKED);
  });

  it('does not come where only the plan is wanted, or where there is nothing to do', async () => {
    const { bench, ...planned } = await atTerminal(4, [...PRICED, '--dry-run']);
    await bench.run(['rows.csv', '-o', 'out.csv', ...PRICED]);

    const again = await bench.startHere(['rows.csv', '-o', 'out.csv', ...PRICED, '--resume'], { keys: [] })
      .finished;

    expect([planned.code, again.code]).toEqual([0, 0]);
    expect(planned.stderr + again.stderr).not.toContain(ASKED);
  });

  it('tells before a resume how many rows have a result, those of the journal among them, and what the others ask', async () => {
    const bench = await workbench({
      keyColumn: 'id',
      // The first row is tried again until the budget of calls is used up by the others.
      behave: ({ inputs }) => (Number(inputs.id) === 1 ? { kind: 'status', status: 503 } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(60));
    await bench.run(['rows.csv', '-o', 'out.csv', '-c', '4', '--attempts', '50', '--max-calls', '30']);
    const status = await bench.batchai(['status', 'out.csv']);

    const asked = await bench.startHere(
      ['rows.csv', '-o', 'out.csv', ...PRICED, '--resume', '--max-calls', 'none'],
      { keys: [{ at: ASKED, press: 'n\n' }] },
    ).finished;

    const [count = 'none', left] = /\d+ of 60 have a result, (\d+) to go/.exec(status.stdout) ?? [];
    expect(count).not.toMatch(/^0 /);
    expect(asked.stderr).toContain(`resumes     ${count}\n`);
    expect(asked.stderr).toContain(`questions   ${left} different\n`);
    expect(asked.code).toBe(2);
  });
});
