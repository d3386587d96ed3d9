import { describe, expect, it } from 'vitest';
import { CallError, type CallErrorDetails, type CallErrorKind } from '../../../src/fabric/call-error.js';
import type { FabricCall, Reply } from '../../../src/fabric/fabric.js';
import { limited } from '../../../src/limits/limited.js';
import { Limiter } from '../../../src/limits/limiter.js';
import { retrying } from '../../../src/limits/retry/retrying.js';
import { FakeClock, settled } from '../fake-clock.js';
import { aCall, type Outcome, ScriptedFabric } from '../scripted-fabric.js';

const refused = (kind: CallErrorKind, status: number, details: CallErrorDetails = {}, message = 'no') =>
  new CallError(kind, message, { status, ...details });
const badRequest = (message?: string) => ({ error: refused('bad-request', 400, {}, message) });
const wrongKey = () => ({ error: refused('auth', 401), afterMs: 10 });
const firewall = () => ({ error: refused('auth', 403, { suspect: 'blocked' }) });

/** The retrying layer around a service that does with a row what it is told to. */
function rows(
  script: (row: number, nth: number) => Outcome | undefined,
  {
    answeredBefore = false,
    concurrency = 5,
    attempts = 3,
    random = () => 1,
    signal = new AbortController().signal,
  } = {},
) {
  const clock = new FakeClock();
  const calls = new Map<number, number>();
  const next = new ScriptedFabric(clock, (_, { row }) => {
    calls.set(row, (calls.get(row) ?? 0) + 1);
    return script(row, (calls.get(row) ?? 0) - 1);
  });
  const limiter = new Limiter({ rate: 'none', clock });
  let places = concurrency;
  const ended = new Map<number, Reply | CallError>();
  const waiting: number[] = [];
  const startRows = () => {
    while (places > 0 && waiting.length > 0) void run(waiting.shift() ?? 0);
  };
  const fabric = retrying(limited(next, limiter), {
    attempts,
    limiter,
    clock,
    random,
    signal,
    answeredBefore: () => answeredBefore,
    whileWaiting: async (wait) => {
      places++;
      startRows();
      try {
        return await wait();
      } finally {
        places--;
      }
    },
  });
  const run = async (row: number) => {
    places--;
    const call: FabricCall = aCall(row);
    const outcome = await fabric.run(call).catch((error: CallError) => error);
    ended.set(row, outcome);
    places++;
    if (!(outcome instanceof CallError && outcome.stopsRun)) startRows();
  };
  return {
    clock,
    calls,
    async run(count: number): Promise<Map<number, Reply | CallError>> {
      for (let row = 1; row <= count; row++) waiting.push(row);
      startRows();
      await clock.advance(120_000);
      // Rows that are alone are judged a turn of the event loop later.
      for (let turn = 0; turn < 5; turn++) await settled();
      return ended;
    },
    ended,
  };
}

const kinds = (ended: Map<number, Reply | CallError>) =>
  [...ended].sort(([a], [b]) => a - b).map(([, end]) => (end instanceof CallError ? end.kind : 'answered'));

describe('the first rows of a run', () => {
  it.each([1, 5, 50])(
    'all refused alike stop it after 20, and none is blamed (%i in flight)',
    async (concurrency) => {
      const { run, calls } = rows(() => badRequest('the form of the request is wrong'), { concurrency });

      const ended = await run(100);

      expect(new Set(kinds(ended))).toEqual(new Set(['misconfigured']));
      expect([...ended.values()][0]).toMatchObject({
        message:
          'the first 20 rows were refused alike, and none was answered: the form of the request is wrong',
      });
      expect(calls.size).toBeLessThanOrEqual(Math.max(20, concurrency) + concurrency);
    },
  );

  it('are alike whatever they quote and count', async () => {
    const { run } = rows((row) => badRequest(`"row ${row}" is wrong at ${row}`));

    expect(new Set(kinds(await run(100)))).toEqual(new Set(['misconfigured']));
  });

  it('are at fault themselves where they are refused for different reasons', async () => {
    const { run } = rows((row) => badRequest(`reason ${'x'.repeat(row)}`));

    expect(kinds(await run(60))).toEqual(Array(60).fill('bad-request'));
  });

  it('are at fault themselves where another is answered', async () => {
    const { run } = rows((row) => (row <= 19 ? badRequest() : undefined));

    expect(kinds(await run(25))).toEqual([...Array(19).fill('bad-request'), ...Array(6).fill('answered')]);
  });

  it('are at fault themselves where an earlier part of the run had answers', async () => {
    const { run } = rows(() => badRequest(), { answeredBefore: true });

    expect(kinds(await run(40))).toEqual(Array(40).fill('bad-request'));
  });

  it.each([1, 7, 19])('are at fault themselves where there are only %i', async (count) => {
    const { run } = rows(() => badRequest());

    expect(kinds(await run(count))).toEqual(Array(count).fill('bad-request'));
  });

  it('may be refused for their content, all of them', async () => {
    const { run } = rows(() => ({ error: refused('refused', 400) }));

    expect(kinds(await run(40))).toEqual(Array(40).fill('refused'));
  });

  it('are left to the next run where this one is stopped while they are kept back', async () => {
    const stop = new AbortController();
    const { run, ended } = rows((row) => (row === 1 ? badRequest() : { afterMs: 1_000_000 }), {
      signal: stop.signal,
    });
    await run(3);

    stop.abort();
    await settled();

    expect([...ended.values()]).toMatchObject([{ kind: 'aborted' }]);
  });
});

describe('a page of a firewall', () => {
  it.each([1, 5])('is the row’s own where others are answered (%i in flight)', async (concurrency) => {
    const { run, calls } = rows((row) => (row === 1 || row === 30 ? firewall() : { afterMs: 10 }), {
      concurrency,
    });

    const ended = await run(50);

    expect(
      kinds(ended)
        .map((kind, at) => (kind === 'answered' ? '' : `${at + 1} ${kind}`))
        .filter(Boolean),
    ).toEqual(['1 refused', '30 refused']);
    expect(calls.get(30)).toBe(1);
  });

  it('is the row’s own at the beginning of a resumed run', async () => {
    const { run } = rows((row) => (row === 1 ? firewall() : undefined), {
      answeredBefore: true,
      concurrency: 1,
    });

    expect(kinds(await run(3))).toEqual(['refused', 'answered', 'answered']);
  });

  it.each([1, 3, 40])('stops the run where no row gets past it (%i rows)', async (count) => {
    const { run } = rows(() => firewall());

    expect(new Set(kinds(await run(count)))).toEqual(new Set(['auth']));
  });
});

describe.each<CallErrorKind>(['auth', 'unknown-fabric', 'misconfigured'])('%s', (kind) => {
  const says = { error: refused(kind, 404), afterMs: 10 };

  it('stops a run at once in which nothing was answered', async () => {
    const { run, calls } = rows(() => says);

    expect(new Set(kinds(await run(40)))).toEqual(new Set([kind]));
    expect(calls.size).toBe(5);
  });

  it('is asked again where something was answered, and forgotten where it was a stray one', async () => {
    const { run, calls } = rows((row, nth) => (row === 20 && nth === 0 ? says : { afterMs: 10 }));

    expect(new Set(kinds(await run(40)))).toEqual(new Set(['answered']));
    expect(calls.get(20)).toBe(2);
  });

  it('stops the run after one more call each, where it goes on', async () => {
    const { run, calls } = rows((row) => (row >= 20 ? says : { afterMs: 10 }));

    const ended = kinds(await run(60));

    expect(ended.filter((end) => end === 'answered')).toHaveLength(19);
    expect(new Set(ended.slice(19))).toEqual(new Set([kind]));
    expect(Math.max(...calls.values())).toBe(2);
  });

  it('is the row’s own where others are answered all the time', async () => {
    const { run, calls } = rows((row) => (row === 20 ? says : { afterMs: 100 }), { concurrency: 2 });

    expect(kinds(await run(400))[19]).toBe('bad-request');
    expect(calls.get(20)).toBe(3);
  });
});

describe('what leaves no doubt', () => {
  it.each([
    ['no credit', refused('no-credit', 400)],
    ['a service that was never reached', new CallError('misconfigured', 'no secure connection')],
  ])('stops the run at once: %s', async (_name, error) => {
    const { run, calls } = rows((row) => (row === 20 ? { error } : undefined), { answeredBefore: true });

    await run(20);

    expect(calls.get(20)).toBe(1);
  });
});

describe('a plain failure of a service that was sent no key', () => {
  const plain = { error: refused('server', 500, { suspect: 'no-key' }) };

  it('stops the run where it never answered', async () => {
    const { run } = rows(() => plain);

    const ended = await run(1);

    expect([...ended.values()]).toMatchObject([{ kind: 'auth', message: 'no, and no key was sent' }]);
  });

  it('is one of the service where it answers others', async () => {
    const { run } = rows((row) => (row === 2 ? plain : undefined));

    expect(kinds(await run(3))).toEqual(['answered', 'server', 'answered']);
  });
});

describe('a wrong key', () => {
  it('that one server of several does not know yet is no reason to stop', async () => {
    const { run } = rows((row, nth) => (row % 7 === 0 && nth === 0 ? wrongKey() : { afterMs: 50 }));

    expect(new Set(kinds(await run(100)))).toEqual(new Set(['answered']));
  });
});
