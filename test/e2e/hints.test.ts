import { describe, expect, it } from 'vitest';
import type { Behaviour, FakeFabricOptions } from '../support/fake-fabric-server.js';
import { hintIn, pastedCommand } from '../support/pasted-command.js';
import { until } from '../support/until.js';
import { API_KEY, enrichedCsv, FABRIC, rowsCsv, type Workbench, workbench } from './workbench.js';

const ROWS = 60;
/** A file whose names a shell would take apart. */
const [INPUT, OUTPUT] = ["it's my rows.csv", 'out $1 (new).csv'];
const PRICED = ['--price', 'call=0.01'];

async function bench(service: FakeFabricOptions = {}): Promise<Workbench> {
  const made = await workbench({ keyColumn: 'id', ...service });
  await made.write(INPUT, rowsCsv(ROWS));
  return made;
}

/** A run that was stopped, and the command that it said to go on with. */
async function stopped(made: Workbench, more: readonly string[], env?: Record<string, string>) {
  const args = [INPUT, '-o', OUTPUT, '-c', '4', ...more];
  const run = await made.run(args, env === undefined ? {} : { env });
  return { ...run, hint: hintIn(run.stderr) };
}

/** Runs a hint as a shell would, and nothing else. */
async function paste(made: Workbench, hint: string) {
  return made.batchai(await pastedCommand(hint));
}

async function expectWhole(made: Workbench, calls = ROWS): Promise<void> {
  expect(await made.read(OUTPUT)).toBe(enrichedCsv(ROWS));
  expect(made.server.requests).toHaveLength(calls);
}

describe('the command that is printed to go on with, pasted as it stands', () => {
  it('after Ctrl-C goes on, and calls nothing again', async () => {
    const { made, said } = await interrupted([]);

    const resumed = await paste(made, hintIn(said));

    expect(resumed.code, resumed.stderr).toBe(0);
    await expectWhole(made);
  });

  it('after Ctrl-C finds a checkpoint that is elsewhere', async () => {
    const { made, said } = await interrupted(['--checkpoint', 'the state']);

    expect(hintIn(said)).toBe("batchai resume 'out $1 (new).csv' --checkpoint 'the state'");
    const resumed = await paste(made, hintIn(said));

    expect(resumed.code, resumed.stderr).toBe(0);
    await expectWhole(made);
  });

  it('of `status` goes on', async () => {
    const { made } = await interrupted([]);
    const { stdout } = await made.batchai(['status', OUTPUT]);

    const resumed = await paste(made, hintIn(stdout));

    expect(resumed.code, resumed.stderr).toBe(0);
    await expectWhole(made);
  });

  it('of a run that is begun a second time goes on', async () => {
    const { made } = await interrupted([]);
    const refused = await made.run([INPUT, '-o', OUTPUT]);
    const [, hint = ''] = /go on with it \((batchai .*)\), or start over/.exec(refused.stderr) ?? [];

    const resumed = await paste(made, hint);

    expect([refused.code, resumed.code], refused.stderr).toEqual([2, 0]);
    await expectWhole(made);
  });

  it('of a finished run does rows that came later', async () => {
    const made = await bench();
    await made.run([INPUT, '-o', OUTPUT]);
    const refused = await made.run([INPUT, '-o', OUTPUT]);
    const [, hint = ''] = /go on with its run \((batchai .*)\), or --overwrite/.exec(refused.stderr) ?? [];
    await made.write(INPUT, rowsCsv(ROWS + 3));

    const resumed = await paste(made, hint);

    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await made.read(OUTPUT)).toBe(enrichedCsv(ROWS + 3));
    expect(made.server.requests).toHaveLength(ROWS + 3);
  });

  it('after the budget is used up has twice as much, from time to time, until all is done', async () => {
    const made = await bench();

    const first = await stopped(made, [...PRICED, '--max-cost', '0.1']);
    const second = await paste(made, first.hint);
    const third = await paste(made, hintIn(second.stderr));
    const last = await paste(made, hintIn(third.stderr));

    expect(first.hint).toBe(
      "batchai resume 'out $1 (new).csv' --max-cost 0.2  # $0.10 is spent, about $0.60 for all",
    );
    expect(hintIn(third.stderr)).toContain(' --max-cost 0.8 ');
    expect([first.code, second.code, third.code, last.code], last.stderr).toEqual([4, 4, 4, 0]);
    await expectWhole(made);
  });

  it('of `status` has room for more where the budget is used up', async () => {
    const made = await bench();
    await stopped(made, ['--max-calls', '40']);
    const { stdout } = await made.batchai(['status', OUTPUT]);

    const resumed = await paste(made, hintIn(stdout));

    expect(hintIn(stdout)).toContain(' --max-calls 80  # 40 calls made, about 60 for all');
    expect(resumed.code, resumed.stderr).toBe(0);
    await expectWhole(made);
  });

  it('after a budget of calls has twice as many', async () => {
    const made = await bench();

    const { hint } = await stopped(made, ['--max-calls', '40']);
    const resumed = await paste(made, hint);

    expect(hint).toContain(' --max-calls 80  # 40 calls made, about 60 for all');
    expect(resumed.code, resumed.stderr).toBe(0);
    await expectWhole(made);
  });

  it('after a deadline has as long again', async () => {
    const made = await bench({ latencyMs: 20 });

    const { code, hint } = await stopped(made, ['--deadline', '1100ms', '-c', '1']);
    const resumed = await paste(made, `${hint.replace(/ +#.*/, '')} --deadline 1h`);

    expect(code).toBe(4);
    expect(hint).toContain("'  # for another 1.1 s");
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await made.read(OUTPUT)).toBe(enrichedCsv(ROWS));
  });

  it('after a refused key goes on with the one that is there now', async () => {
    const made = await bench();

    const { code, hint } = await stopped(made, [], { PROMPTHA_API_KEY: 'wrong' });
    const refused = made.server.requests.length;
    const resumed = await paste(made, hint);

    expect([code, resumed.code], resumed.stderr).toEqual([4, 0]);
    await expectWhole(made, ROWS + refused);
  });

  it('after too many failed rows goes on, and counts them anew', async () => {
    const fails = (id: unknown) => Number(id) <= 3;
    const made = await bench({ behave: ({ inputs }) => (fails(inputs.id) ? REFUSED : undefined) });

    const { code, hint } = await stopped(made, ['--max-errors', '1', '-c', '1']);
    const resumed = await paste(made, hint);

    expect([code, resumed.code], resumed.stderr).toEqual([4, 3]);
    expect(hint).toContain('# counts failed rows anew');
    expect(made.server.requests).toHaveLength(ROWS);
  });

  it('after a row that cannot be read puts it aside', async () => {
    const made = await bench();
    const rows = rowsCsv(20_000).split('\n');
    rows[15_000] = 'one,cell,too,many';
    await made.write(INPUT, rows.join('\n'));

    const { code, hint } = await stopped(made, ['-f', 'local:keywords', '--inputs', 'text=name']);
    const resumed = await paste(made, hint);

    expect([code, resumed.code], resumed.stderr).toEqual([4, 3]);
    expect((await made.read(OUTPUT)).split('\n')).toHaveLength(20_001);
  });

  it('of a retry goes on with it, with what it was given and no more', async () => {
    const made = await bench({
      behave: ({ inputs }, nth) => (Number(inputs.id) % 3 === 0 && nth <= 2 ? REFUSED : undefined),
    });
    await made.run([INPUT, '-o', OUTPUT]);

    const first = await made.batchai([
      'retry',
      OUTPUT,
      '--max-errors',
      '3',
      '-c',
      '1',
      '--kind',
      'unprocessable',
    ]);
    const again = await paste(made, hintIn(first.stderr));

    expect(hintIn(first.stderr)).toBe("batchai retry 'out $1 (new).csv'");
    expect(first.stderr).toMatch(/so far: \d+ of 20 have a result/);
    expect([first.code, again.code]).toEqual([4, 4]);
  });
});

const REFUSED: Behaviour = { kind: 'status', status: 422, body: { message: 'no such thing' } };

/** A run that Ctrl-C stopped when some of its rows were done, with what it said. */
async function interrupted(more: readonly string[]) {
  let letLand = () => {};
  const landing = new Promise<void>((resolve) => {
    letLand = resolve;
  });
  const made = await bench({ heldBack: ({ inputs }) => (Number(inputs.id) > 6 ? landing : undefined) });
  const command = made.startHere([INPUT, '-o', OUTPUT, '-c', '4', ...more]);
  await until(() => made.server.inFlight === 4 && made.server.requests.length === 10);
  command.signal('SIGINT');
  letLand();
  const { code, stderr } = await command.finished;
  expect(code).toBe(130);
  return { made, said: stderr };
}

describe('batchai resume', () => {
  it('has the settings that the run had last, those of an earlier resume among them', async () => {
    const made = await bench();
    await stopped(made, [
      ...['--max-calls', '10', '--log', 'run.log', '--output-column', 'described', '--attempts', '2'],
      ...['--alert-command', 'echo SECRET', '--alert-finish', '--metrics-file', 'run.prom'],
    ]);

    const second = await made.batchai(['resume', OUTPUT, '--max-calls', '20', '--rate-limit', '5000/min']);
    const plan = await made.batchai(['resume', OUTPUT, '--dry-run']);
    const last = await made.batchai(['resume', OUTPUT, '--max-calls', 'none', '--json']);

    expect([second.code, plan.code, last.code], last.stderr).toEqual([4, 0, 0]);
    expect(plan.stderr).toContain(`fabric      ${FABRIC} at ${made.server.url}`);
    expect(plan.stderr).toContain('5,000 calls in 1 min 00 s, 2 attempts');
    expect(plan.stderr).toContain('budget      at most 20 calls');
    expect(plan.stderr).toContain('alerts are off');
    expect(JSON.parse(last.stdout)).toMatchObject({ total: ROWS, calls: ROWS, resumed: true });
    expect(await made.read(OUTPUT)).toBe(enrichedCsv(ROWS).replace('ai_output', 'described'));
    // Three starts, of which each has its line in the log.
    expect((await made.read('run.log')).match(/"event":"started"/g)).toHaveLength(3);
    expect(await made.read('run.prom')).toContain('batchai_');
  });

  it('writes no secret into the checkpoint, and says what has to be given again', async () => {
    const made = await bench();
    const secret = 'https://hooks.example/SECRET';

    const { hint, stderr } = await stopped(made, ['--max-calls', '5', '--alert', secret, '--alert-finish']);

    expect(await made.read(`${OUTPUT}.checkpoint/checkpoint.json`)).not.toMatch(/SECRET|test-key/);
    expect(hint).toContain('--alert is not kept: give it again');
    expect(stderr).not.toContain('SECRET');
  });

  it('keeps the budget that the run had where the same command goes on without one', async () => {
    const made = await bench();
    await stopped(made, [...PRICED, '--max-cost', '0.1']);

    const again = await made.run([INPUT, '-o', OUTPUT, ...PRICED, '--resume']);
    const free = await made.run([INPUT, '-o', OUTPUT, ...PRICED, '--resume', '--max-cost', 'none']);

    expect([again.code, free.code], again.stderr).toEqual([4, 0]);
    await expectWhole(made);
  });

  it('starts over with another fabric where no row is done, and only there', async () => {
    const made = await bench();
    const refuse = { env: { PROMPTHA_API_KEY: 'wrong' } };
    await made.run([INPUT, '-o', OUTPUT, '-f', 'mispelt'], refuse);

    const changed = await made.batchai(['resume', OUTPUT, '-f', FABRIC, '--max-calls', '5']);
    const again = await made.batchai(['resume', OUTPUT, '-f', 'another', '--max-calls', 'none']);
    const last = await made.batchai(['resume', OUTPUT, '--max-calls', 'none']);

    expect([changed.code, again.code, last.code], last.stderr).toEqual([4, 2, 0]);
    expect(changed.stderr).toContain('starts over the fabric changed since, and no row was done');
    expect(again.stderr).toContain('this is not the run that was interrupted: the fabric changed');
    expect(await made.read(OUTPUT)).toBe(enrichedCsv(ROWS));
  });

  it.each([
    [['resume', 'nothing.csv'], 'there is no run of nothing.csv'],
    [['resume', OUTPUT, '--max-cost', '…'], '--max-cost: wanted a value, got "…"'],
    [['resume', OUTPUT, '--cache', 'in …'], '--cache: wanted a value, got "in …"'],
  ])('refuses %j', async (words, says) => {
    const made = await bench();

    const { code, stderr } = await made.batchai(words, { env: { PROMPTHA_API_KEY: API_KEY } });

    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });

  it('does rows of a file that was moved', async () => {
    const made = await bench();
    await stopped(made, ['--max-calls', '5']);
    await made.write('moved.csv', rowsCsv(ROWS));

    const { code, stderr } = await made.batchai([
      'resume',
      OUTPUT,
      '--input',
      'moved.csv',
      '--max-calls',
      'none',
    ]);

    expect(code, stderr).toBe(0);
    await expectWhole(made);
  });
});
