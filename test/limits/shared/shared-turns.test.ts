import { describe, expect, it } from 'vitest';
import { CallError } from '../../../src/fabric/call-error.js';
import { type Reservation, SharedTurns, type TurnStore } from '../../../src/limits/shared/shared-turns.js';
import { withSharedLimit } from '../../../src/limits/shared/with-shared-limit.js';
import { FakeClock, settled } from '../fake-clock.js';
import { mostInAnyWindow } from '../most-in-any-window.js';
import { aCall, ScriptedFabric } from '../scripted-fabric.js';

const SECOND = 1_000;
const AHEAD_MS = 250;

/** What the real store does, on the test's clock, with an answer that takes its time. */
class FakeStore implements TurnStore {
  readonly isLimited = true;
  readonly settled: number[] = [];
  readonly reserved: number[] = [];
  #callAt = 0;

  constructor(
    private readonly clock: FakeClock,
    private readonly everyMs: number,
    private readonly roundTripMs = 0,
  ) {}

  async reserve(calls: number, tokens = 0): Promise<Reservation> {
    await this.#wait(this.roundTripMs / 2);
    this.reserved.push(tokens);
    const now = this.clock.now();
    const first = Math.max(this.#callAt, now);
    const room = Math.floor((now + AHEAD_MS - first) / this.everyMs) + 1;
    const granted = first > now + AHEAD_MS ? 0 : Math.min(calls, room);
    this.#callAt = first + granted * this.everyMs;
    await this.#wait(this.roundTripMs / 2);
    const startsInMs = granted === 0 ? first - now - AHEAD_MS : first - now;
    return { startsInMs: Math.max(0, startsInMs), everyMs: this.everyMs, granted };
  }

  settle(difference: number): void {
    this.settled.push(difference);
  }

  #wait(ms: number): Promise<void> {
    return ms === 0 ? Promise.resolve() : new Promise((resolve) => this.clock.after(ms, resolve));
  }
}

/** Calls without end of one process. */
function process(turns: SharedTurns, clock: FakeClock, startedAt: number[], inFlight = 30): void {
  const oneAfterAnother = async (): Promise<void> => {
    for (;;) {
      await turns.take(0);
      startedAt.push(clock.now());
      await new Promise<void>((resolve) => clock.after(50, resolve));
    }
  };
  for (let n = 0; n < inFlight; n++) oneAfterAnother().catch(() => {});
}

describe('a limit that several processes share', () => {
  it('holds over all of them in any second, and is used', async () => {
    let lateness = 0;
    const clock = new FakeClock({ latenessMs: () => (lateness = (lateness + 3) % 11) });
    const store = new FakeStore(clock, 51.8, 2);
    const startedAt: number[] = [];
    const all = [1, 2, 3].map(() => new SharedTurns(store, clock, () => 0));
    for (const turns of all) process(turns, clock, startedAt);

    await clock.advance(60 * SECOND);
    for (const turns of all) turns.close(new Error('the test is over'));

    expect(mostInAnyWindow(startedAt, SECOND)).toBeLessThanOrEqual(20);
    expect(startedAt.length).toBeGreaterThan(0.94 * 20 * 60);
  });

  it('is not caught up with by a process that stood still', async () => {
    const clock = new FakeClock();
    let pausedForMs = 0;
    const turns = new SharedTurns(new FakeStore(clock, 50), clock, () => pausedForMs);
    const startedAt: number[] = [];
    process(turns, clock, startedAt);
    await clock.advance(SECOND);

    pausedForMs = 3 * SECOND;
    const before = startedAt.length;
    const pause = clock.after(3 * SECOND, () => {
      pausedForMs = 0;
    });
    await clock.advance(2 * SECOND);
    const during = startedAt.length - before;
    await clock.advance(5 * SECOND);
    turns.close(new Error('the test is over'));
    pause();

    expect(during).toBe(0);
    expect(startedAt.length).toBeGreaterThan(before + 20);
    expect(mostInAnyWindow(startedAt, SECOND)).toBeLessThanOrEqual(21);
  });

  it.each([
    { lateForMs: undefined, says: 'drops', reserved: 2 },
    { lateForMs: 100, says: 'uses', reserved: 1 },
  ])(
    '$says a turn that is 60 ms late, where turns are of use for $lateForMs ms',
    async ({ lateForMs, reserved }) => {
      const clock = new FakeClock();
      let asked = 0;
      const late: Reservation = {
        startsInMs: -60,
        everyMs: 100,
        granted: 1,
        ...(lateForMs !== undefined && { lateForMs }),
      };
      const store: TurnStore = {
        isLimited: true,
        reserve: async () => (++asked === 1 ? late : { startsInMs: 0, everyMs: 100, granted: 1 }),
        settle: () => {},
      };

      const turn = new SharedTurns(store, clock, () => 0).take(0);
      await clock.advance(SECOND);
      await turn;

      expect(asked).toBe(reserved);
    },
  );

  it('asks for no turn where nothing is limited', () => {
    const clock = new FakeClock();
    const store: TurnStore = {
      isLimited: false,
      reserve: () => Promise.reject(new Error('nobody was to ask')),
      settle: () => {},
    };

    expect(new SharedTurns(store, clock, () => 0).take(5)).toBeUndefined();
  });

  it('turns away who waits when it is closed, and who comes later', async () => {
    const clock = new FakeClock();
    const turns = new SharedTurns(new FakeStore(clock, 60 * SECOND), clock, () => 0);
    await turns.take(0);
    const waiting = turns.take(0);
    const reason = new CallError('aborted', 'the run stopped');
    const refused = expect(waiting).rejects.toBe(reason);

    turns.close(reason);

    await refused;
    await expect(turns.take(0)).rejects.toBe(reason);
  });

  it('fails the calls where the store fails', async () => {
    const clock = new FakeClock();
    const failing: TurnStore = {
      isLimited: true,
      reserve: () => Promise.reject(new Error('gone')),
      settle: () => {},
    };

    await expect(new SharedTurns(failing, clock, () => 0).take(0)).rejects.toThrow('gone');
  });
});

it('reserves what a call will probably take, and settles what it took', async () => {
  const clock = new FakeClock();
  const store = new FakeStore(clock, 50);
  const turns = new SharedTurns(store, clock, () => 0);
  const next = new ScriptedFabric(clock);
  const told = Object.assign(next, {
    estimate: () => ({ input: 100, output: 50, deviation: 10 }),
    run: async () => ({ answer: 'yes', latencyMs: 1, usage: { input: 90, output: 20 } }),
  });

  await withSharedLimit(told, turns, store).run(aCall());
  await settled();

  expect(store.reserved).toEqual([150]);
  expect(store.settled).toEqual([-40]);
});

it('tells how long each call waited for its turn, and how many wait', async () => {
  const clock = new FakeClock();
  const store = new FakeStore(clock, 50);
  const turns = new SharedTurns(store, clock, () => 0);
  const waits: number[] = [];
  const watch = { now: () => clock.now(), waited: (ms: number) => waits.push(ms) };
  const fabric = withSharedLimit(new ScriptedFabric(clock), turns, store, watch);

  const replies = [1, 2, 3].map(() => fabric.run(aCall()));
  await settled();
  const waiting = turns.waiting;
  await clock.advance(SECOND);
  await Promise.all(replies);

  expect(waiting).toBe(2);
  expect(waits).toEqual([0, 50, 100]);
  expect(turns.waiting).toBe(0);
});
