import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Behaviour, RecordedRequest } from '../support/fake-fabric-server.js';
import { hasRedis, queueBench } from './queue-bench.js';
import { API_KEY, rowsCsv, workbench } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv', '--attempts', '1'];

/** Two kinds of failure, each with a message a row; the one repeats the key. */
function behave({ inputs }: RecordedRequest): Behaviour | undefined {
  const n = Number(inputs.id);
  if (n === 3 || n === 30)
    return { kind: 'status', status: 422, body: { message: `no such thing as ${n}, says ${API_KEY}` } };
  if (n === 5 || n === 50) return { kind: 'status', status: 413, body: { message: `too long: ${n}` } };
  return undefined;
}

const SUMMARY =
  /failed, unprocessable: 2 \(rows 3, 30\)\nbatchai: row 3: "[^"\n]*no such thing as 3, says \[key\]/;

function failuresIn(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout).failures;
}

const FAILURES = {
  unprocessable: { count: 2, rows: [3, 30], message: expect.stringContaining('as 3, says [key]') },
  'too-large': { count: 2, rows: [5, 50], message: expect.stringContaining('too long: 5') },
};

describe('the summary of a run', () => {
  it('has a message of each kind of failure, also after a kill, and in a retry, and never the key', async () => {
    const bench = await workbench({ keyColumn: 'id', latencyMs: 20, behave });
    await bench.write('rows.csv', rowsCsv(60));

    const batchai = bench.start([...OUT, '-b', '5', '-c', '2']);
    while (bench.server.requests.length < 20) await delay(5);
    batchai.child.kill('SIGKILL');
    await batchai.finished;
    const resumed = await bench.run([...OUT, '--resume', '--json']);
    const retried = await bench.batchai(['retry', 'out.csv', '--kind', 'unprocessable', '--json']);
    const status = await bench.batchai(['status', 'out.csv', '--json']);

    expect(resumed.stderr).toMatch(SUMMARY);
    expect(failuresIn(resumed.stdout)).toEqual(FAILURES);
    expect(retried.stderr).toMatch(SUMMARY);
    expect(failuresIn(retried.stdout)).toEqual({ unprocessable: FAILURES.unprocessable });
    // What the run keeps counts the letters that are left: those that failed again and those not tried.
    expect(failuresIn(status.stdout)).toEqual(FAILURES);
    for (const { stdout, stderr } of [resumed, retried, status])
      expect(stdout + stderr).not.toContain(API_KEY);
  });

  it('has the problem of a record that cannot be parsed', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', 'id,name\n1,a\n2,b,c\n');

    const { stderr } = await bench.run([...OUT, '--bad-rows', 'dead-letter']);

    expect(stderr).toMatch(/failed, unreadable: 1 \(row 2\)\nbatchai: row 2: ".*fields.*"\n/);
  });

  it.skipIf(!hasRedis)('has them over a queue too', async () => {
    const bench = await queueBench({ keyColumn: 'id', behave });
    await bench.write('rows.csv', rowsCsv(60));
    bench.worker('tethys');

    const { stdout, stderr } = await bench.run([...OUT, '--json']);

    expect(stderr).toMatch(SUMMARY);
    expect(failuresIn(stdout)).toEqual(FAILURES);
  });
});
