import { describe, expect, it, vi } from 'vitest';
import { CallError, type CallErrorKind } from '../../../src/fabric/call-error.js';
import type { FabricCall, Reply } from '../../../src/fabric/fabric.js';
import { limited } from '../../../src/limits/limited.js';
import { Limiter } from '../../../src/limits/limiter.js';
import type { Rate } from '../../../src/limits/pace/rate-limit.js';
import { type RetryingOptions, retrying } from '../../../src/limits/retry/retrying.js';
import { FakeClock } from '../fake-clock.js';
import {
  aCall,
  type Outcome,
  ScriptedFabric,
  serverError,
  tooManyRequests,
  unreachable,
} from '../scripted-fabric.js';

const MINUTE = 60_000;

interface Options extends Partial<RetryingOptions> {
  readonly rate?: Rate | 'none';
}

/** A run's layers around a scripted fabric. Unless said otherwise, jitter takes the longest waits. */
function layers(
  script: (nth: number, call: FabricCall) => Outcome | undefined,
  { rate = 'none', ...options }: Options = {},
) {
  const clock = new FakeClock();
  const next = new ScriptedFabric(clock, script);
  const limiter = new Limiter({ rate, clock });
  const fabric = retrying(limited(next, limiter), {
    attempts: 3,
    limiter,
    clock,
    random: () => 1,
    ...options,
  });
  return { clock, next, limiter, fabric, run: (call: FabricCall) => outcomeOf(fabric.run(call)) };
}

/** A promise's state, for looking at when time has passed. */
function outcomeOf(promise: Promise<Reply>) {
  const outcome: { reply?: Reply; error?: unknown } = {};
  promise.then(
    (reply) => {
      outcome.reply = reply;
    },
    (error: unknown) => {
      outcome.error = error;
    },
  );
  return outcome;
}

describe('the retrying layer', () => {
  it.each([
    [12_000, 12_000],
    [undefined, 0],
  ])('says that the service asked for a pause only where it named a time: %s ms', async (named, asked) => {
    const { clock, limiter, run } = layers((nth) =>
      nth === 0 ? { error: tooManyRequests(named) } : undefined,
    );

    run(aCall());
    await clock.advance(0);

    expect(limiter.askedForMs).toBe(asked);
    expect(limiter.pausedForMs).toBeGreaterThan(0);
  });

  it('counts an answered first call as one attempt', async () => {
    const { clock, run } = layers(() => undefined);
    const call = aCall();

    const outcome = run(call);
    await clock.advance(0);

    expect(outcome.reply?.answer).toBe('answer');
    expect(call).toMatchObject({ calls: 1, attempts: 1 });
  });

  describe('after an error that costs an attempt', () => {
    it.each<CallErrorKind>(['bad-answer', 'timeout', 'server', 'network'])(
      'tries again: %s',
      async (kind) => {
        const { clock, next, run } = layers((nth) =>
          nth === 0 ? { error: new CallError(kind, 'no') } : undefined,
        );
        const call = aCall();

        const outcome = run(call);
        await clock.advance(2_000);

        expect(outcome.reply?.answer).toBe('answer');
        expect(next.startedAt).toEqual([0, 2_000]);
        expect(call).toMatchObject({ calls: 2, attempts: 2 });
      },
    );

    it('throws the last one when the attempts are used up', async () => {
      const { clock, next, run } = layers((nth) => ({ error: serverError(500 + nth) }));
      const call = aCall();

      const outcome = run(call);
      await clock.advance(10_000);

      expect(next.startedAt).toEqual([0, 2_000, 6_000]);
      expect(outcome.error).toMatchObject({ kind: 'server', details: { status: 502 } });
      expect(call).toMatchObject({ calls: 3, attempts: 3 });
      expect(clock.timers).toBe(0);
    });

    it('does not try again where one attempt is all', async () => {
      const { clock, next, run } = layers(() => ({ error: serverError() }), { attempts: 1 });

      const outcome = run(aCall());
      await clock.advance(0);

      expect(outcome.error).toMatchObject({ kind: 'server' });
      expect(next.startedAt).toHaveLength(1);
    });

    it('waits as long as the service asks where that is longer than the backoff', async () => {
      const asked = new CallError('server', 'the service answered 500', { status: 500, retryAfterMs: 7_000 });
      const { clock, next, run } = layers((nth) => (nth === 0 ? { error: asked } : undefined));

      run(aCall());
      await clock.advance(7_000);

      expect(next.startedAt).toEqual([0, 7_000]);
    });

    it('holds up no other row', async () => {
      const { clock, next, run } = layers((_nth, call) =>
        call.row === 1 ? { error: serverError() } : undefined,
      );

      run(aCall(1));
      await clock.advance(100);
      const other = run(aCall(2));
      await clock.advance(0);

      expect(other.reply?.answer).toBe('answer');
      expect(next.startedAt).toEqual([0, 100]);
    });

    it('waits inside whileWaiting, and makes the calls outside it', async () => {
      let waiting = 0;
      const seen: number[] = [];
      const whileWaiting = async <T>(wait: () => Promise<T>) => {
        waiting++;
        try {
          return await wait();
        } finally {
          waiting--;
        }
      };
      const script = (nth: number) => {
        seen.push(waiting);
        return nth === 0 ? { error: serverError() } : undefined;
      };
      const { clock, run } = layers(script, { whileWaiting });

      run(aCall());
      await clock.advance(1_000);
      expect(waiting).toBe(1);
      await clock.advance(1_000);

      expect(seen).toEqual([0, 0]);
    });

    it('passes the limiter again', async () => {
      const { clock, next, run } = layers((nth) => (nth < 10 ? { error: serverError() } : undefined), {
        rate: { calls: 1, perMs: MINUTE },
        attempts: 2,
      });

      run(aCall());
      await clock.advance(2 * MINUTE);

      expect(next.startedAt.map(Math.round)).toEqual([0, 60_914]);
    });

    it('holds everybody up for its backoff where it is a 503', async () => {
      const { clock, next, limiter, run } = layers((nth) =>
        nth === 0 ? { error: serverError(503) } : undefined,
      );
      const call = aCall();

      run(call);
      await clock.advance(0);
      run(aCall(2));
      expect(limiter.pausedForMs).toBe(2_000);
      await clock.advance(2_000);

      expect(next.startedAt).toEqual([0, 2_000, 2_000]);
      expect(call.attempts).toBe(2);
    });
  });

  describe('after an answer that the next call can ask to be repaired', () => {
    const repair = { answer: '{"title":', problem: 'is not JSON' };
    const badAnswer = new CallError('bad-answer', 'the answer is not JSON');

    it('makes that call at once, which costs an attempt', async () => {
      const onRetry = vi.fn();
      const { clock, next, run } = layers(
        (nth, call) => {
          call.repair = repair;
          return nth < 2 ? { error: badAnswer } : undefined;
        },
        { onRetry, whileWaiting: () => expect.fail('waited') },
      );
      const call = aCall();

      const outcome = run(call);
      await clock.advance(0);

      expect(outcome.reply?.answer).toBe('answer');
      expect(next.startedAt).toEqual([0, 0, 0]);
      expect(call).toMatchObject({ calls: 3, attempts: 3 });
      expect(onRetry).toHaveBeenCalledTimes(2);
    });

    it('fails when the attempts are used up', async () => {
      const { clock, next, run } = layers((_nth, call) => {
        call.repair = repair;
        return { error: badAnswer };
      });

      const outcome = run(aCall());
      await clock.advance(0);

      expect(outcome.error).toBe(badAnswer);
      expect(next.startedAt).toHaveLength(3);
    });

    it('waits as ever when it is the service that fails', async () => {
      const { clock, next, run } = layers((nth, call) => {
        call.repair = repair;
        return nth === 0 ? { error: serverError() } : undefined;
      });

      run(aCall());
      await clock.advance(2_000);

      expect(next.startedAt).toEqual([0, 2_000]);
    });
  });

  describe('after a form of request that the service does not know', () => {
    const unsupported = new CallError('unsupported', 'response_format is not supported', { status: 400 });

    it('makes the call again at once, and counts no attempt', async () => {
      const onRetry = vi.fn();
      const { clock, next, run } = layers((nth) => (nth < 2 ? { error: unsupported } : undefined), {
        attempts: 1,
        onRetry,
        whileWaiting: () => expect.fail('waited'),
      });
      const call = aCall();

      const outcome = run(call);
      await clock.advance(0);

      expect(outcome.reply?.answer).toBe('answer');
      expect(next.startedAt).toEqual([0, 0, 0]);
      expect(call).toMatchObject({ calls: 3, attempts: 1 });
      expect(onRetry.mock.calls).toEqual([
        ['unsupported', call],
        ['unsupported', call],
      ]);
    });

    it('takes it for no sign of life, and for none of trouble', async () => {
      const outcomes = [{ error: serverError() }, { error: unsupported }, { error: serverError() }];
      const { clock, run } = layers((nth) => outcomes[nth], { giveUpAfterMs: 2_000 });

      const outcome = run(aCall());
      await clock.advance(2_000);

      expect(outcome.error).toMatchObject({ kind: 'no-success' });
    });

    it('makes no other call when the run has stopped', async () => {
      const controller = new AbortController();
      const { clock, next, run } = layers(() => ({ error: unsupported, afterMs: 100 }), {
        signal: controller.signal,
      });

      const outcome = run(aCall());
      await clock.advance(50);
      controller.abort();
      await clock.advance(1_000);

      expect(outcome.error).toMatchObject({ kind: 'aborted' });
      expect(next.startedAt).toHaveLength(1);
    });
  });

  describe("after an error that is the row's own", () => {
    it.each<CallErrorKind>(['bad-request', 'too-large', 'unprocessable', 'refused', 'truncated', 'crashed'])(
      'gives up at once: %s',
      async (kind) => {
        const error = new CallError(kind, 'no');
        const { clock, next, run } = layers(() => ({ error }));
        const call = aCall();

        const outcome = run(call);
        await clock.advance(MINUTE);

        expect(outcome.error).toBe(error);
        expect(next.startedAt).toHaveLength(1);
        expect(call.attempts).toBe(1);
      },
    );
  });

  describe('after an error that no row is to blame for', () => {
    it.each<CallErrorKind>(['auth', 'unknown-fabric', 'no-credit', 'misconfigured', 'no-success', 'aborted'])(
      'throws it at once, and counts no attempt: %s',
      async (kind) => {
        const error = new CallError(kind, 'no');
        const { clock, next, run } = layers(() => ({ error }));
        const call = aCall();

        const outcome = run(call);
        await clock.advance(MINUTE);

        expect(outcome.error).toBe(error);
        expect(next.startedAt).toHaveLength(1);
        expect(call.attempts).toBe(0);
      },
    );

    it('throws what is no CallError as it is', async () => {
      const bug = new TypeError('undefined is not a function');
      const { clock, run } = layers(() => ({ error: bug }));

      const outcome = run(aCall());
      await clock.advance(0);

      expect(outcome.error).toBe(bug);
    });
  });

  describe('when the service asks everybody to wait', () => {
    it('waits as long as it asks, as often as it asks, and counts no attempt', async () => {
      const { clock, next, run } = layers((nth) => (nth < 5 ? { error: tooManyRequests(3_000) } : undefined));
      const call = aCall();

      const outcome = run(call);
      await clock.advance(MINUTE);

      expect(next.startedAt).toEqual([0, 3_000, 6_000, 9_000, 12_000, 15_000]);
      expect(outcome.reply?.answer).toBe('answer');
      expect(call).toMatchObject({ calls: 6, attempts: 1 });
    });

    it('lets nobody call meanwhile, and lends no place', async () => {
      let lent = 0;
      const whileWaiting = <T>(wait: () => Promise<T>) => {
        lent++;
        return wait();
      };
      const { clock, next, run } = layers(
        (nth) => (nth === 0 ? { error: tooManyRequests(3_000) } : undefined),
        {
          whileWaiting,
        },
      );

      run(aCall(1));
      await clock.advance(1_000);
      run(aCall(2));
      await clock.advance(1_999);
      expect(next.startedAt).toEqual([0]);
      await clock.advance(1);

      expect(next.startedAt).toEqual([0, 3_000, 3_000]);
      expect(lent).toBe(0);
    });

    it('waits longer each round where it does not say how long, and begins anew after a success', async () => {
      const { clock, next, run } = layers((nth) =>
        nth < 7 || nth === 8 ? { error: tooManyRequests() } : undefined,
      );

      run(aCall(1));
      await clock.advance(5 * MINUTE);
      run(aCall(2));
      await clock.advance(MINUTE);

      const waits = next.startedAt.map((at, n) => at - (next.startedAt[n - 1] ?? 0));
      expect(waits).toEqual([0, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 118_000, 2_000]);
    });

    it('takes up to half of the pause for jitter', async () => {
      const { clock, next, run } = layers((nth) => (nth < 2 ? { error: tooManyRequests() } : undefined), {
        random: () => 0,
      });

      run(aCall());
      await clock.advance(MINUTE);

      expect(next.startedAt).toEqual([0, 1_000, 3_000]);
    });

    it('takes the refusals of all calls in flight for one round, even those that come after the pause', async () => {
      const { clock, next, run } = layers((nth) =>
        nth < 50 ? { error: tooManyRequests(), afterMs: 100 * nth } : undefined,
      );

      const outcomes = Array.from({ length: 50 }, (_, row) => run(aCall(row)));
      await clock.advance(2_300);
      const afterFirstPause = next.startedAt.slice(50).map(Math.round);
      await clock.advance(MINUTE);

      expect(afterFirstPause).toContain(2_300);
      expect(next.startedAt).toHaveLength(100);
      expect(Math.max(...next.startedAt)).toBe(4_900);
      expect(outcomes.every(({ reply }) => reply !== undefined)).toBe(true);
    });

    it('counts a call that waited for its turn in the pause for a new round', async () => {
      const { clock, next, run } = layers((nth) => (nth < 3 ? { error: tooManyRequests() } : undefined), {
        rate: { calls: 10, perMs: 1_000 },
      });

      for (let row = 1; row <= 3; row++) run(aCall(row));
      await clock.advance(MINUTE);

      expect(next.startedAt.slice(0, 4)).toEqual([0, 2_000, 6_000, 14_000]);
    });

    it('does not believe "at once" time and again', async () => {
      const { clock, next, run } = layers((nth) => (nth < 4 ? { error: tooManyRequests(0) } : undefined));

      run(aCall());
      await clock.advance(MINUTE);

      expect(next.startedAt).toEqual([0, 0, 4_000, 12_000, 28_000]);
    });

    it('tells of each retry and its kind', async () => {
      const onRetry = vi.fn();
      const { clock, run } = layers((nth) => [{ error: tooManyRequests() }, { error: serverError() }][nth], {
        onRetry,
      });
      const call = aCall();

      run(call);
      await clock.advance(MINUTE);

      expect(onRetry.mock.calls).toEqual([
        ['rate-limit', call],
        ['server', call],
      ]);
    });
  });

  describe('when the service is not there', () => {
    it('takes it for a wrong address after as many rounds as there are attempts, if it never was', async () => {
      const { clock, next, run } = layers(() => ({ error: unreachable() }), {
        rate: { calls: 100, perMs: MINUTE },
      });
      const calls = Array.from({ length: 10 }, (_, row) => aCall(row));

      const outcomes = calls.map((call) => run(call));
      await clock.advance(10_000);

      expect(next.startedAt.slice(0, 3)).toEqual([0, 2_000, 6_000]);
      const errors = outcomes.flatMap(({ error }) => (error instanceof CallError ? [error] : []));
      expect(errors[0]?.stopsRun).toBe(true);
      expect(errors[0]?.kind).toBe('misconfigured');
      expect(errors[0]?.message).toBe('http://localhost:9/v1: cannot connect (ECONNREFUSED)');
      expect(calls.every(({ attempts }) => attempts === 0)).toBe(true);
    });

    it('waits for it to come back, once it was there', async () => {
      const { clock, run } = layers((nth) => (nth >= 1 && nth < 9 ? { error: unreachable() } : undefined));

      const first = run(aCall(1));
      await clock.advance(0);
      const second = run(aCall(2));
      await clock.advance(5 * MINUTE);

      expect(first.reply?.answer).toBe('answer');
      expect(second.reply?.answer).toBe('answer');
    });
  });

  describe('when nothing succeeds for a quarter of an hour', () => {
    it('stops the run, under refusals that cost nothing', async () => {
      const { clock, next, run } = layers(() => ({ error: tooManyRequests() }));
      const call = aCall();

      const outcome = run(call);
      await clock.advance(15 * MINUTE - 1);
      expect(outcome.error).toBeUndefined();
      await clock.advance(MINUTE);

      expect(outcome.error).toMatchObject({ kind: 'no-success', stopsRun: true });
      expect((outcome.error as Error).message).toBe(
        'no call succeeded for 15 minutes, the last: the service answered 429',
      );
      expect(next.startedAt.at(-1)).toBeGreaterThanOrEqual(15 * MINUTE);
      expect(call.attempts).toBe(0);
    });

    it('stops the run, under failures that use up row after row', async () => {
      const { clock, run } = layers(() => ({ error: serverError() }), { giveUpAfterMs: 2 * MINUTE });
      const kinds: unknown[] = [];

      for (let row = 0; row < 40; row++) {
        const outcome = run(aCall(row));
        await clock.advance(6_000);
        kinds.push((outcome.error as CallError).kind);
      }

      expect(kinds.indexOf('no-success')).toBe(19);
      expect(kinds.slice(0, 19).every((kind) => kind === 'server')).toBe(true);
    });

    it('begins to count at the first refusal, and anew after each success', async () => {
      const { clock, run } = layers((nth) =>
        nth % 2 === 0 ? { error: tooManyRequests(10 * MINUTE) } : undefined,
      );
      await clock.advance(60 * MINUTE);

      const outcomes = [];
      for (let row = 0; row < 4; row++) {
        outcomes.push(run(aCall(row)));
        await clock.advance(11 * MINUTE);
      }

      expect(outcomes.every(({ reply }) => reply !== undefined)).toBe(true);
    });

    it('takes a refused row for a sign of life', async () => {
      const refused = new CallError('refused', 'no', { status: 200 });
      const { clock, run } = layers((nth) => ({
        error: nth % 2 === 0 ? tooManyRequests(14 * MINUTE) : refused,
      }));

      for (let row = 0; row < 4; row++) {
        const outcome = run(aCall(row));
        await clock.advance(14.5 * MINUTE);

        expect(outcome.error).toBe(refused);
      }
    });
  });

  describe('when the run stops', () => {
    it('ends the wait of a row at once', async () => {
      const controller = new AbortController();
      const { clock, run } = layers(() => ({ error: serverError() }), { signal: controller.signal });

      const outcome = run(aCall());
      await clock.advance(100);
      controller.abort();
      await clock.advance(0);

      expect(outcome.error).toMatchObject({ kind: 'aborted' });
      expect(clock.timers).toBe(0);
    });

    it('makes no other call', async () => {
      const controller = new AbortController();
      const { clock, next, run } = layers(() => ({ error: tooManyRequests(1_000), afterMs: 500 }), {
        signal: controller.signal,
      });

      const outcome = run(aCall());
      await clock.advance(100);
      controller.abort();
      await clock.advance(10_000);

      expect(outcome.error).toMatchObject({ kind: 'aborted' });
      expect(next.startedAt).toHaveLength(1);
    });

    it('ends the wait for a turn with the reason that the limiter was closed with', async () => {
      const { clock, limiter, run } = layers(() => ({ error: tooManyRequests(10_000) }));

      const outcome = run(aCall());
      await clock.advance(100);
      limiter.close(new CallError('aborted', 'the run stopped'));
      await clock.advance(0);

      expect(outcome.error).toMatchObject({ kind: 'aborted' });
      expect(clock.timers).toBe(0);
    });
  });

  it('closes the next layer', async () => {
    const { fabric, next } = layers(() => undefined);

    await fabric.close();

    expect(next.closed).toBe(true);
  });
});
