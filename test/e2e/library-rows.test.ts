import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  CallError,
  type EnrichResult,
  enrich,
  InputError,
  OptionError,
  RunStoppedError,
  SetUpError,
  sharedLimiter,
} from '../../src/index.js';
import { systemClock } from '../../src/limits/clock.js';
import { RUN_TIMINGS } from '../../src/run/control/timings.js';
import { EnrichedRows } from '../../src/run/from-code/enriched-rows.js';
import { settingsOfCalls } from '../../src/run/settings/settings-of-options.js';
import { fakeFabricForTest } from '../support/fake-fabric-for-test.js';
import type { FakeFabricOptions } from '../support/fake-fabric-server.js';
import { beforeTheirTurn } from './workbench.js';

interface Product {
  readonly id: string;
  readonly name: string;
}

function products(count: number): Product[] {
  return Array.from({ length: count }, (_, index) => ({ id: String(index + 1), name: `Pan ${index + 1}` }));
}

/** A fake service, and the options by which rows are sent to it. */
async function service(behaviour: FakeFabricOptions = {}) {
  const server = await fakeFabricForTest({ keyColumn: 'id', ...behaviour });
  const options = {
    fabric: 'product-description',
    baseUrl: server.url,
    rateLimit: 'none',
    environment: { PROMPTHA_API_KEY: 'test-key' },
  } as const;
  return { server, options };
}

/** All results, and what was thrown after them. */
async function gathered<R>(results: AsyncIterable<EnrichResult<R>>) {
  const all: EnrichResult<R>[] = [];
  let error: unknown;
  try {
    for await (const result of results) all.push(result);
  } catch (thrown) {
    error = thrown;
  }
  return { results: all, numbers: all.map(({ number }) => number), error };
}

describe('rows in, results out', () => {
  it('are in order and with the very rows, whichever finishes first', async () => {
    const { options } = await service({ latencyMs: ({ inputs }) => (Number(inputs.id) % 5 === 1 ? 40 : 0) });
    const rows = products(30);

    const { results, error } = await gathered(enrich(rows, { ...options, concurrency: 5 }));

    expect(error).toBeUndefined();
    expect(results.map(({ row }) => row)).toEqual(rows);
    expect(results.every(({ row }, index) => row === rows[index])).toBe(true);
    expect(results.map((result) => 'answer' in result && result.answer)).toEqual(
      rows.map(({ id }) => `described ${id}`),
    );
    expect(results[0]).toMatchObject({ status: 'answered', number: 1, calls: 1 });
  });

  it('say of a failed row why', async () => {
    const { options } = await service({
      behave: ({ inputs }) => (inputs.id === '2' ? { kind: 'status', status: 422 } : undefined),
    });
    const rows = enrich(products(3), options);

    const { results } = await gathered(rows);

    expect(results.map(({ status }) => status)).toEqual(['answered', 'failed', 'answered']);
    expect(results[1]).toMatchObject({
      failure: { kind: 'unprocessable', status: 422, attempts: 1 },
      calls: 1,
    });
    expect(rows.summary).toMatchObject({ total: 3, succeeded: 2, failed: 1, finished: true });
  });

  it('have no summary before the loop is over', async () => {
    const { options } = await service();
    const rows = enrich(products(2), options);

    expect(() => rows.summary).toThrow(/the loop over the results has not come to its end/);
    for await (const _ of rows) expect(() => rows.summary).toThrow();

    expect(rows.summary.total).toBe(2);
  });

  it('of two runs keep to one rate, whoever waits for the other', async () => {
    const { server, options } = await service();
    const limiter = sharedLimiter({ rateLimit: '100/s' });
    const since = performance.now();
    const { rateLimit: _, ...shared } = options;

    await Promise.all(
      [10, 15].map((rows) => gathered(enrich(products(rows), { ...shared, limiter, dedupe: false }))),
    );

    expect(server.requests).toHaveLength(25);
    expect(beforeTheirTurn(server.requests, since, 10)).toEqual([]);
    for (const wrong of ['auto', 'none', 'often'])
      expect(() => sharedLimiter({ rateLimit: wrong })).toThrow(OptionError);
    expect(() => enrich([], { ...options, limiter: { rateLimit: '1/s' } })).toThrow(OptionError);
  });

  it('come before the next row is there', async () => {
    const { options } = await service();
    const told = new Map<number, () => void>();
    async function* oneAtATime() {
      for (const row of products(4)) {
        yield row;
        await new Promise<void>((resolve) => told.set(Number(row.id), resolve));
      }
    }

    const numbers: number[] = [];
    for await (const { number } of enrich(oneAtATime(), options)) {
      numbers.push(number);
      while (!told.has(number)) await delay(1);
      told.get(number)?.();
    }

    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  it('are not called ahead of whoever takes them', async () => {
    const { server, options } = await service();
    let pulled = 0;
    let mostAhead = 0;
    let taken = 0;
    async function* counted() {
      for (const row of products(400)) {
        mostAhead = Math.max(mostAhead, ++pulled - taken);
        yield row;
      }
    }

    for await (const _ of enrich(counted(), { ...options, concurrency: 2 })) {
      taken++;
      await delay(1);
    }

    expect(taken).toBe(400);
    expect(server.requests).toHaveLength(400);
    expect(mostAhead).toBeLessThan(40);
  });

  it('share an answer where they ask the same', async () => {
    const { server, options } = await service();
    const [row] = products(1);
    const rows = [{ ...row }, { ...row }, { ...row }];

    const { results } = await gathered(enrich(rows, { ...options, concurrency: 1 }));

    expect(server.requests).toHaveLength(1);
    expect(results).toMatchObject([{ calls: 1 }, { calls: 0, reused: 'run' }, { calls: 0, reused: 'run' }]);
  });

  it('are sent as JSON has them', async () => {
    const { server, options } = await service();

    await gathered(enrich([{ id: '1', at: new Date(0), gone: undefined, list: [1, { a: true }] }], options));

    expect(server.requests[0]?.inputs).toEqual({
      id: '1',
      at: '1970-01-01T00:00:00.000Z',
      list: [1, { a: true }],
    });
  });

  it('of none are none', async () => {
    const { options } = await service();
    const rows = enrich([], options);

    const { results, error } = await gathered(rows);

    expect({ results, error }).toEqual({ results: [], error: undefined });
    expect(rows.summary).toMatchObject({ total: 0, finished: true });
  });

  it('tell what happens', async () => {
    const { options } = await service({
      behave: ({ inputs }, nthCall) =>
        inputs.id === '2' && nthCall === 1 ? { kind: 'status', status: 500 } : undefined,
    });
    const told: unknown[] = [];
    const rows = enrich(products(2), { ...options, concurrency: 1 })
      .on('started', ({ tally }) => told.push(['started', tally.succeeded]))
      .on('row', ({ number, row }) => told.push(['row', number, row.name]))
      .on('retry', ({ kind, row }) => told.push(['retry', kind, row]))
      .on('ended', ({ total, retries }) => told.push(['ended', total, retries]));

    await gathered(rows);

    expect(told).toEqual([
      ['started', 0],
      ['row', 1, 'Pan 1'],
      ['retry', 'server', 2],
      ['row', 2, 'Pan 2'],
      ['ended', 2, 1],
    ]);
  });
});

describe('leaving the loop', () => {
  it('ends the calls at once, and lets go of the rows', async () => {
    const { server, options } = await service({
      behave: ({ inputs }) => (inputs.id === '1' ? undefined : { kind: 'hang' }),
    });
    let isClosed = false;
    function* rows() {
      try {
        yield* products(100);
      } finally {
        isClosed = true;
      }
    }
    // Nobody may wait for the ten seconds that calls get to land.
    const clock: typeof systemClock = {
      ...systemClock,
      after: (ms, wake) => (ms >= 10_000 ? () => {} : systemClock.after(ms, wake)),
    };
    const { environment, ...asked } = options;
    const results = new EnrichedRows(rows(), settingsOfCalls({ ...asked, timeout: '5m' }, environment), {
      clock,
      random: Math.random,
      timings: RUN_TIMINGS,
      processes: { pid: 1, isRunning: () => true },
      standardOutput: process.stdout,
      self: { host: 'here', version: '0' },
    });

    for await (const { number } of results) {
      expect(number).toBe(1);
      while (server.inFlight < 10) await delay(1);
      break;
    }

    expect(isClosed).toBe(true);
    while (server.inFlight > 0) await delay(1);
    expect(results.summary).toMatchObject({ finished: false, succeeded: 1 });
  });

  it('does not wait for a row that does not come', async () => {
    const { options } = await service();
    async function* rows() {
      yield* products(1);
      await new Promise(() => {});
    }

    const results = enrich(rows(), options);
    for await (const _ of results) break;

    expect(results.summary).toMatchObject({ succeeded: 1, finished: false });
  });

  it('by stop() takes the results of the calls that are in the air', async () => {
    const { options } = await service({ latencyMs: 5 });
    const rows = enrich(products(1_000), { ...options, concurrency: 3 });
    rows.on('row', ({ number }) => {
      if (number === 5) rows.stop();
    });

    const { numbers, error } = await gathered(rows);

    expect(error).toBeUndefined();
    expect(numbers.length).toBeGreaterThanOrEqual(5);
    expect(numbers.length).toBeLessThan(20);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});

describe('what goes wrong is thrown after the results before it:', () => {
  it('a key that is refused', async () => {
    const { options } = await service({
      behave: ({ inputs }) => (Number(inputs.id) >= 4 ? { kind: 'status', status: 401 } : undefined),
    });

    const { numbers, error } = await gathered(enrich(products(9), { ...options, concurrency: 1 }));

    expect(numbers).toEqual([1, 2, 3]);
    expect(error).toBeInstanceOf(CallError);
    expect(error).toMatchObject({ kind: 'auth' });
  });

  it('a budget that is used up', async () => {
    const { server, options } = await service();

    const { numbers, error } = await gathered(enrich(products(9), { ...options, maxCalls: 3 }));

    expect(numbers).toEqual([1, 2, 3]);
    expect(server.requests).toHaveLength(3);
    expect(error).toBeInstanceOf(RunStoppedError);
    expect(error).toMatchObject({ kind: 'budget', reason: { end: { kind: 'max-calls', calls: 3 } } });
  });

  it('too many failed rows', async () => {
    const { options } = await service({
      behave: ({ inputs }) => (inputs.id === '1' ? undefined : { kind: 'status', status: 422 }),
    });

    const { numbers, error } = await gathered(
      enrich(products(9), { ...options, maxErrors: 1, concurrency: 1 }),
    );

    expect(numbers).toEqual([1, 2, 3]);
    expect(error).toMatchObject({ kind: 'max-errors' });
  });

  it.each(['sync', 'async'])('where the rows come from, %s', async (kind) => {
    const { options } = await service({ latencyMs: 20 });
    const broken = new Error('the database is gone');
    function* sync() {
      yield* products(3);
      throw broken;
    }
    async function* async() {
      yield* sync();
    }

    const { numbers, error } = await gathered(enrich(kind === 'sync' ? sync() : async(), options));

    expect(numbers).toEqual([1, 2, 3]);
    expect(error).toBe(broken);
  });

  it('a row that is no object', async () => {
    const { options } = await service();
    const rows: object[] = [...products(2), Object('text'), ...products(1)];
    rows[2] = JSON.parse('null');

    const { numbers, error } = await gathered(enrich(rows, options));

    expect(numbers).toEqual([1, 2]);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ message: 'row 3: wanted an object of named values, got null' });
  });

  it('a listener', async () => {
    const { options } = await service();
    const broken = new Error('in the listener');
    const rows = enrich(products(50), { ...options, concurrency: 1 }).on('row', () => {
      throw broken;
    });

    const { numbers, error } = await gathered(rows);

    expect(numbers).toEqual([1]);
    expect(error).toBe(broken);
  });
});

describe('what is wrong is refused before the first call:', () => {
  it('a key that is missing, without a row being pulled', async () => {
    const { options } = await service();
    let isPulled = false;
    function* rows() {
      isPulled = true;
      yield* products(1);
    }

    const { error } = await gathered(enrich(rows(), { ...options, environment: {} }));

    expect(error).toBeInstanceOf(SetUpError);
    expect(isPulled).toBe(false);
  });

  it('an input that the rows have not', async () => {
    const { server, options } = await service();

    const { error } = await gathered(enrich(products(2), { ...options, inputs: 'text=description' }));

    expect(error).toMatchObject({
      kind: 'set-up',
      message: '--inputs: the first rows have no "description"; they have id, name',
    });
    expect(server.requests).toEqual([]);
  });

  it.each([
    [{ ratelimit: '20/s' }, 'there is no option "ratelimit" for rows from code, which have no files'],
    [{ output: 'a.csv' }, 'there is no option "output" for rows from code, which have no files'],
    [{ fabric: undefined }, 'the option "fabric" is missing, or is no text'],
    [{ timeout: 'long' }, '--timeout: wanted a duration such as 500ms, 60s or 2m, got "long"'],
  ])('an option: %j', async (wrong, message) => {
    const { options } = await service();
    const given = { ...options, ...wrong } as typeof options;

    expect(() => enrich(products(1), given)).toThrow(message);
  });
});
