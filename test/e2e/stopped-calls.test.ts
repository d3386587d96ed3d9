import { describe, expect, it } from 'vitest';
import { mailStepOf } from '../support/mail-steps.js';
import { until } from '../support/until.js';
import { CASES, countedBench, ROWS } from './counted-bench.js';
import { hasRedis } from './queue-bench.js';

/** What both say where they are right. */
function rightly(calls: number) {
  const cost = expect.any(Number);
  return { summary: { calls, cost }, status: { calls, cost } };
}

describe.skipIf(!hasRedis)('a run that is stopped says how many calls were made', () => {
  it.each(CASES)('by Ctrl-C, %s, with %s', async (place, kind) => {
    let isStuck = false;
    const { bench, args, options, made, said } = await countedBench(place, kind, {
      behave: ({ model }) => (isStuck && model === 'large' ? { kind: 'hang' } : undefined),
    });
    const running = bench.startHere(args, options);
    await until(() => made() > ROWS / 2);
    isStuck = true;
    const before = made();
    await until(() => made() >= before + 10);
    running.signal('SIGINT');
    const { code, stdout } = await running.finished;
    const stopped = await said(stdout);
    const calls = made();
    isStuck = false;
    const rest = await bench.run([...args, '--resume'], options);

    expect([code, rest.code], rest.stderr).toEqual([130, 0]);
    expect(stopped).toEqual(rightly(calls));
    expect(JSON.parse(rest.stdout).calls).toBe(made());
  });

  it.each(CASES)('by a budget, %s, with %s', async (place, kind) => {
    const { bench, args, options, made, said } = await countedBench(place, kind, {});

    const { code, stdout, stderr } = await bench.run([...args, '--max-calls', '47'], options);
    const stopped = await said(stdout);
    const again = await bench.run([...args, '--resume'], options);
    const stoppedAgain = await said(again.stdout);
    const calls = made();
    const rest = await bench.run([...args, '--resume', '--max-calls', 'none'], options);

    expect([code, again.code, rest.code], stderr + rest.stderr).toEqual([4, 4, 0]);
    expect(calls).toBe(47);
    expect(stopped).toEqual(rightly(47));
    expect(stoppedAgain).toEqual(stopped);
    expect(JSON.parse(rest.stdout).calls).toBe(made());
  });

  it.each(CASES)('by a key that is refused, %s, with %s', async (place, kind) => {
    let isRefused = false;
    const { bench, args, options, made, said } = await countedBench(place, kind, {
      behave: ({ model }) => (isRefused && model === 'large' ? { kind: 'status', status: 401 } : undefined),
      observe: () => {
        isRefused ||= made() > ROWS / 2;
      },
    });

    const { code, stdout } = await bench.run(args, options);
    const calls = made();

    expect(code).toBe(4);
    expect(await said(stdout)).toEqual(rightly(calls));
  });

  it('to standard output, where nothing is kept', async () => {
    const { bench, args, options, made } = await countedBench('on one machine', 'steps', {
      behave: (request) => (mailStepOf(request) === 'check' ? { kind: 'hang' } : undefined),
    });
    const toStandardOutput = args
      .map((arg) => (arg === 'out.csv' ? '-' : arg))
      .filter((arg) => arg !== '--json');
    const running = bench.startHere([...toStandardOutput, '-c', '5'], options);
    await until(() => made() >= 5 + 5 + 1);
    running.signal('SIGINT');
    const { code, stderr } = await running.finished;

    expect(code).toBe(130);
    expect(stderr).toContain(`; ${made()} calls, `);
  });
});
