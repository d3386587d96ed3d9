import { describe, expect, it } from 'vitest';
import { type HookServer, hookServer } from '../monitor/alerts/hook-server.js';
import type { FakeFabricOptions } from '../support/fake-fabric-server.js';
import { until } from '../support/until.js';
import { enrichedCsv, idOf, parseJsonl, rowsCsv, type Workbench, workbench } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv'];
/** The service asks to wait with these; such a wait is no attempt. */
const LATER = { kind: 'status', status: 503, headers: { 'retry-after': '1' } } as const;
const REFUSED = { kind: 'status', status: 422, body: { message: 'no' } } as const;

/** What was told, in the order in which it came: which alert, and whether it fires or is over. */
function toldTo({ requests }: HookServer): string[] {
  return requests.map(({ body }) => `${body.alert} ${body.state}`);
}

/** A service that does the first rows of the input, and the others only once the hook has heard of it. */
async function heldBench(rows: number, first: number, hook: HookServer, service: FakeFabricOptions = {}) {
  const bench: Workbench = await workbench({
    keyColumn: 'id',
    ...service,
    behave: (request, nth) => {
      if (Number(request.inputs.id) > first && hook.requests.length === 0) return LATER;
      return service.behave?.(request, nth);
    },
  });
  await bench.write('rows.csv', rowsCsv(rows));
  return bench;
}

/** The rows after the first: it is answered, so that they are known to be at fault themselves. */
function isEarly(id: unknown): boolean {
  return Number(id) > 1 && Number(id) <= 41;
}

describe('an alert', () => {
  it('of an error rate fires once, and once more when it is over; a command hears the same', async () => {
    const hook = await hookServer();
    const bench = await heldBench(700, 41, hook, {
      behave: ({ inputs }) => (isEarly(inputs.id) ? REFUSED : undefined),
    });

    const { code, stderr } = await bench.run([
      ...[...OUT, '--alert', hook.origin, '--alert-command', 'cat >> told.jsonl', '--alert-finish'],
      ...['--metrics-file', 'run.prom', '--log', 'run.log'],
    ]);

    expect(code).toBe(3);
    expect(stderr).not.toContain('alert');
    expect(toldTo(hook)).toEqual(['error-rate firing', 'error-rate recovered', 'finished firing']);
    const [fired, recovered, finished] = hook.requests.map(({ body }) => body);
    expect(fired).toMatchObject({ threshold: 0.1 });
    expect(fired?.value).toBeGreaterThan(0.5);
    expect(fired?.text).toMatch(/out\.csv: [\d.]+ % of the last \d+ rows failed \(limit 10 %\)$/);
    expect(recovered).toMatchObject({ text: expect.stringContaining('recovered: '), failed: 40 });
    expect(finished).toMatchObject({ summary: { total: 700, failed: 40, output: 'out.csv' } });
    expect(parseJsonl(await bench.read('told.jsonl'))).toEqual(hook.requests.map(({ body }) => body));
    expect(await bench.read('run.prom')).toContain(
      'batchai_alert_firing{alert="error-rate",output="out.csv"} 0',
    );
    const logged = parseJsonl(await bench.read('run.log')).filter(({ event }) => event === 'alert');
    expect(logged.map(({ alert, state }) => `${alert} ${state}`)).toEqual(toldTo(hook));
  });

  it('of a standstill fires once, and once more when rows finish again', async () => {
    const hook = await hookServer();
    const bench = await heldBench(60, 20, hook);

    const { code } = await bench.run([...OUT, '--alert', hook.origin, '--alert-stall', '1s']);

    expect(code).toBe(0);
    expect(toldTo(hook)).toEqual(['stall firing', 'stall recovered']);
    expect(hook.requests[0]?.body).toMatchObject({ failed: 0, threshold: 1 });
  });

  it('of a budget fires before the stop that it comes to', async () => {
    const hook = await hookServer();
    const bench = await heldBench(60, 33, hook);

    const { code } = await bench.run([...OUT, '--alert', hook.origin, '--max-calls', '40', '-c', '1']);

    expect(code).toBe(4);
    expect(toldTo(hook)).toEqual(['budget firing', 'stopped firing']);
    const [budget, stopped] = hook.requests.map(({ body }) => body);
    expect(budget).toMatchObject({
      threshold: 0.8,
      run: { fabric: 'product-description', output: 'out.csv' },
    });
    expect(budget?.value).toBeGreaterThanOrEqual(0.8);
    expect(stopped).toMatchObject({ reason: { kind: 'budget' } });
  });

  it.each([
    ['a refused key', { kind: 'status', status: 401 }, [], 4, 'service'],
    ['too many failed rows', REFUSED, ['--max-errors', '2'], 4, 'max-errors'],
  ] as const)('of a stop says why: %s', async (_why, behaviour, args, exitCode, kind) => {
    const hook = await hookServer();
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }) => (kind === 'max-errors' && inputs.id === idOf(1) ? undefined : behaviour),
    });
    await bench.write('rows.csv', rowsCsv(200));

    const { code } = await bench.run([...OUT, '--alert', hook.origin, '--alert-finish', ...args]);

    expect(code).toBe(exitCode);
    const stops = hook.requests.filter(({ body }) => body.alert === 'stopped');
    expect(stops.map(({ body }) => body)).toMatchObject([{ state: 'firing', reason: { kind } }]);
    expect(toldTo(hook)).not.toContain('finished firing');
  });

  it('of a retry tells its end too', async () => {
    const hook = await hookServer();
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }, nth) => (inputs.id === '00002' && nth === 1 ? REFUSED : undefined),
    });
    await bench.write('rows.csv', rowsCsv(5));
    await bench.run(OUT);

    const retried = await bench.batchai(['retry', 'out.csv', '--alert', hook.origin, '--alert-finish']);

    expect(retried.code).toBe(0);
    expect(hook.requests.map(({ body }) => body)).toMatchObject([
      { alert: 'finished', run: { output: 'out.csv' }, summary: { total: 1, succeeded: 1 } },
    ]);
  });
});

describe('a webhook that is no good', () => {
  it.each([
    ['nobody listens', async () => 'http://127.0.0.1:9', 'ECONNREFUSED'],
    [
      'it fails',
      async () => (await hookServer((response) => response.writeHead(500).end())).origin,
      'HTTP 500',
    ],
    ['it never answers', async () => (await hookServer(() => {})).origin, 'no answer'],
  ])('changes nothing of the run, and is a note: %s', async (_how, open, reason) => {
    const origin = await open();
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }) => (Number(inputs.id) % 2 === 0 ? REFUSED : undefined),
    });
    await bench.write('rows.csv', rowsCsv(100));

    const { code, stderr, stdout } = await bench.run([
      ...[...OUT, '--alert', `${origin}/a-token`, '--alert-finish', '--json', '--quiet'],
    ]);

    expect(code).toBe(3);
    const notes = stderr.split('\n').filter((line) => line.includes('did not arrive'));
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(`an alert did not arrive at ${origin}/…: ${reason}`);
    expect(stderr).not.toContain('a-token');
    expect(JSON.parse(stdout)).toMatchObject({ total: 100, failed: 50, calls: 100 });
    expect(await bench.read('out.csv')).toBe(enrichedCsv(100, { fails: (n) => n % 2 === 0 }));
  });

  it('does not keep rows from being done while it is silent', async () => {
    const hook = await hookServer(() => {});
    const bench = await heldBench(200, 41, hook, {
      behave: ({ inputs }) => (isEarly(inputs.id) ? REFUSED : undefined),
    });
    const answered = () => bench.server.requests.filter(({ status }) => status === 200).length;

    const batchai = bench.start([...OUT, '--alert', hook.origin]);
    await hook.arrived(1);
    // Its five seconds are not over yet: no note says that it has been given up.
    await until(() => answered() >= 150);
    const saidMeanwhile = batchai.stderr();
    const { code } = await batchai.finished;

    expect(saidMeanwhile).not.toContain('did not arrive');
    expect(code).toBe(3);
  });
});
