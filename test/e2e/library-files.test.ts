import { access, writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  enrich,
  LockHeldError,
  OptionError,
  type PlanFacts,
  resume,
  retry,
  SetUpError,
} from '../../src/index.js';
import type { FakeFabricOptions } from '../support/fake-fabric-server.js';
import { API_KEY, enrichedCsv, FABRIC, rowsCsv, type Workbench, workbench } from './workbench.js';

const FAILS = ({ inputs }: { inputs: Record<string, unknown> }) =>
  inputs.id === '00007' ? ({ kind: 'status', status: 422 } as const) : undefined;

const KEY = { environment: { PROMPTHA_API_KEY: API_KEY } };

/** A workbench with so many rows, and the options of a run over them from code. */
async function benchWithRows(rows: number, service: FakeFabricOptions = {}) {
  const bench = await workbench({ keyColumn: 'id', ...service });
  await bench.write('rows.csv', rowsCsv(rows));
  return { bench, options: optionsFor(bench) };
}

function optionsFor(bench: Workbench) {
  return {
    input: bench.path('rows.csv'),
    output: bench.path('out.csv'),
    fabric: FABRIC,
    baseUrl: bench.server.url,
    rateLimit: 'none',
    environment: { PROMPTHA_API_KEY: API_KEY },
  } as const;
}

describe('a run from file to file, from code', () => {
  it('gives the same bytes as the command line', async () => {
    const { bench, options } = await benchWithRows(120, { behave: FAILS });
    const typed = await bench.run(['rows.csv', '-o', 'typed.csv', '-b', '10']);

    const outcome = await enrich({ ...options, batchSize: 10 }).outcome;

    expect(typed.code).toBe(3);
    expect(outcome).toMatchObject({ kind: 'finished', summary: { total: 120, failed: 1 } });
    expect(await bench.read('out.csv')).toBe(await bench.read('typed.csv'));
    const letters = (name: string) =>
      bench.read(name).then((text) => text.replace(/"failedAt":"[^"]*"/g, ''));
    expect(await letters('out.csv.dead-letters.jsonl')).toBe(await letters('typed.csv.dead-letters.jsonl'));
  });

  it('stops with everything saved, and is gone on with by either of them', async () => {
    const { bench, options } = await benchWithRows(300, { behave: FAILS });
    const run = enrich({ ...options, concurrency: 2 });
    run.on('row', ({ number }) => {
      if (number === 40) run.stop();
    });

    const stopped = await run.outcome;
    const between = enrich({ ...options, concurrency: 2, resume: true });
    between.on('row', ({ number }) => {
      if (number === 150) between.stop();
    });
    await between.outcome;
    const finished = await bench.run(['rows.csv', '-o', 'out.csv', '--resume']);

    expect(stopped).toMatchObject({ kind: 'stopped', reason: { kind: 'asked' } });
    expect(finished.code).toBe(3);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(300, { fails: (n) => n === 7 }));
    expect(bench.server.requests).toHaveLength(300);
  });

  it('is gone on with by its output alone, with the settings that it had, whoever began it', async () => {
    const { bench, options } = await benchWithRows(60);
    await bench.run(['rows.csv', '-o', 'out.csv', '-c', '1', '--max-calls', '20', '--output-column', 'said']);

    const stopped = await resume(bench.path('out.csv'), { environment: options.environment }).outcome;
    const outcome = await resume(bench.path('out.csv'), { ...KEY, maxCalls: 'none' }).outcome;
    const again = await resume(bench.path('out.csv'), KEY).outcome;

    expect(stopped).toMatchObject({ kind: 'stopped', reason: { kind: 'budget' } });
    expect(outcome).toMatchObject({ kind: 'finished', summary: { total: 60 } });
    expect(again.kind).toBe('nothing-to-do');
    expect((await bench.read('out.csv')).split('\n')[0]).toBe('id,name,note,said');
    expect(bench.server.requests).toHaveLength(60);
  });

  it('has its failed rows tried again, by their own numbers and with their own fields', async () => {
    let isMended = false;
    const { bench, options } = await benchWithRows(10, {
      behave: (request) => (isMended ? undefined : FAILS(request)),
    });
    await enrich(options).outcome;
    isMended = true;

    const none = await retry(bench.path('out.csv'), { ...KEY, kinds: 'timeout' }).outcome;
    const tried: unknown[] = [];
    const run = retry<{ id: string }, string>(bench.path('out.csv'), { ...KEY, kinds: ['unprocessable'] }).on(
      'row',
      (result) => tried.push([result.number, result.row.id, result.status === 'answered' && result.answer]),
    );
    const outcome = await run.outcome;
    const nothing = await retry(bench.path('out.csv'), KEY).outcome;

    expect(none).toMatchObject({ kind: 'nothing-to-do', summary: { total: 10, failed: 1 } });
    expect(tried).toEqual([[7, '00007', 'described 00007']]);
    expect(outcome).toMatchObject({ kind: 'finished', summary: { succeeded: 1, deadLetters: null } });
    expect(nothing).toMatchObject({ kind: 'nothing-to-do', summary: { total: 10, failed: 0 } });
    expect(await bench.read('out.csv')).toBe(enrichedCsv(10));
  });

  it('is not gone on with where there is none, or with options that it cannot have', async () => {
    const { bench } = await benchWithRows(1);

    await expect(resume(bench.path('out.csv')).outcome).rejects.toThrow(SetUpError);
    await expect(retry(bench.path('out.csv')).outcome).rejects.toThrow(SetUpError);
    const wrong: object = { output: 'other.csv' };
    expect(() => resume('out.csv', wrong)).toThrow('there is no option "output" for a run that is resumed');
    expect(() => retry('out.csv', { attempts: 'many' })).toThrow(OptionError);
    expect(() => resume('-')).toThrow(/wanted the output of a run/);
  });

  it('ends at once where it is finished', async () => {
    const { options } = await benchWithRows(3);
    await enrich(options).outcome;

    const again = await enrich({ ...options, resume: true }).outcome;

    expect(again).toMatchObject({ kind: 'nothing-to-do', summary: { total: 3 } });
  });

  it('tells what happens', async () => {
    const { bench, options } = await benchWithRows(3, {
      behave: ({ inputs }, nthCall) =>
        inputs.id === '00003' && nthCall === 1 ? { kind: 'status', status: 500 } : undefined,
    });
    const told: unknown[] = [];
    const run = enrich({ ...options, concurrency: 1 })
      .on('plan', ({ output }) => told.push(['plan', output.path === bench.path('out.csv')]))
      .on('started', ({ tally }) => told.push(['started', tally.succeeded]))
      .on('row', ({ number, row, status }) => told.push(['row', number, row.id, status]))
      .on('retry', ({ kind, row }) => told.push(['retry', kind, row]))
      .on('ended', ({ total }) => told.push(['ended', total]));
    let committed = 0;
    run.on('checkpoint', ({ rowsCommitted }) => {
      committed = rowsCommitted;
    });

    await run.outcome;

    expect(told).toEqual([
      ['plan', true],
      ['started', 0],
      ['row', 1, '00001', 'answered'],
      ['row', 2, '00002', 'answered'],
      ['retry', 'server', 3],
      ['row', 3, '00003', 'answered'],
      ['ended', 3],
    ]);
    expect(committed).toBe(3);
  });

  it('hands out neither the key nor a password of the queue, however it is looked at', async () => {
    const { options } = await benchWithRows(3);
    const secrets = { PROMPTHA_API_KEY: 'sk-SECRET-KEY-0123456789', OTHER_KEY: 'sk-SECRET-OTHER-0123456789' };
    const queue = 'redis://:SECRET-PASSWORD@127.0.0.1:1/2';
    const plans: PlanFacts[] = [];
    const events: string[] = [];

    const run = enrich({ ...options, queue, environment: secrets }).on('plan', (plan) => plans.push(plan));
    run.on('queue', (news) => events.push(inspect(news)));
    const given = await run.plan();
    await expect(run.outcome).rejects.toMatchObject({ kind: 'unreachable' });
    const here = enrich({ ...options, environment: secrets }).on('plan', (plan) => plans.push(plan));
    await here.outcome;
    const rows = enrich([{ id: 1 }], { fabric: options.fabric, environment: secrets });

    expect(plans[0]).toEqual(given);
    expect(plans).toHaveLength(2);
    expect(given).toMatchObject({ queue: 'redis://127.0.0.1:1/2', attempts: 3, beginning: 'new' });
    for (const looked of [plans, given, run, here, rows]) {
      expect(inspect(looked, { depth: 20, showHidden: true, getters: true })).not.toContain('SECRET');
    }
    expect(JSON.stringify(plans) + events.join()).not.toContain('SECRET');
    rows.stop();
  });

  it('has the stop of a service as its outcome', async () => {
    const { options } = await benchWithRows(30, {
      behave: ({ inputs }) => (Number(inputs.id) >= 5 ? { kind: 'status', status: 401 } : undefined),
    });
    const stops: string[] = [];
    const run = enrich({ ...options, concurrency: 1 }).on('stopped', ({ kind }) => stops.push(kind));

    const outcome = await run.outcome;

    expect(outcome).toMatchObject({ kind: 'stopped', reason: { kind: 'service', error: { kind: 'auth' } } });
    expect(stops).toEqual(['service']);
  });

  it('that is stopped before it has begun calls nothing', async () => {
    const { bench, options } = await benchWithRows(30);
    const run = enrich(options);
    run.stop();

    const outcome = await run.outcome;

    expect(outcome).toMatchObject({ kind: 'stopped', summary: { total: 0 } });
    expect(bench.server.requests).toEqual([]);
  });

  it('is stopped, with everything saved, by a listener that throws', async () => {
    const { bench, options } = await benchWithRows(300);
    const broken = new Error('in the listener');
    const run = enrich({ ...options, concurrency: 1 }).on('row', ({ number }) => {
      if (number === 9) throw broken;
    });

    const stopped = await run.outcome;
    await enrich({ ...options, resume: true }).outcome;

    expect(stopped).toMatchObject({ kind: 'stopped', reason: { kind: 'failure', error: broken } });
    expect(await bench.read('out.csv')).toBe(enrichedCsv(300));
    expect(bench.server.requests).toHaveLength(300);
  });
});

describe('a run from code is refused', () => {
  it('before anything is called, where it is set up wrong', async () => {
    const { bench, options } = await benchWithRows(3);
    await writeFile(bench.path('out.csv'), 'something\n');

    const { outcome } = enrich(options);

    await expect(outcome).rejects.toThrow(SetUpError);
    expect(bench.server.requests).toEqual([]);
    await expect(access(bench.path('out.csv.checkpoint'))).rejects.toThrow('ENOENT');
  });

  it('where another process is at it', async () => {
    const { bench, options } = await benchWithRows(200, { latencyMs: 20 });
    const first = bench.start(['rows.csv', '-o', 'out.csv', '-c', '2']);
    while (bench.server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));

    const { outcome } = enrich({ ...options, resume: true });

    await expect(outcome).rejects.toThrow(LockHeldError);
    first.child.kill('SIGKILL');
    await first.finished;
  });

  it('at the door, where an option is not what it can be', async () => {
    const { options } = await benchWithRows(1);

    expect(() => enrich({ ...options, rateLimit: 'fast' })).toThrow(OptionError);
  });
});
