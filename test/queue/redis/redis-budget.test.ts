import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CallError } from '../../../src/fabric/call-error.js';
import type { Fabric } from '../../../src/fabric/fabric.js';
import type { BudgetEnd, BudgetLimits } from '../../../src/limits/budget.js';
import { systemClock } from '../../../src/limits/clock.js';
import { SharedBudget } from '../../../src/limits/shared/shared-budget.js';
import { BudgetWatch } from '../../../src/queue/coordinator/budget-watch.js';
import { CoordinatorLease } from '../../../src/queue/coordinator/coordinator-lease.js';
import { sharedKeys } from '../../../src/queue/protocol/protocol.js';
import { RedisBudget } from '../../../src/queue/redis/redis-budget.js';
import type { QueueConnection } from '../../../src/queue/redis/redis-connection.js';
import { aCall } from '../../limits/scripted-fabric.js';
import { hasRedis, redisForTest } from '../../support/redis-for-test.js';
import { connected } from '../a-queue.js';

const PAID = { name: '', isFree: false };

/** A run's budget as its coordinator has it. */
async function aBudget(limits: BudgetLimits, spent = { calls: 0, cost: 0 }) {
  const connection = await connected(await redisForTest());
  const runId = randomUUID();
  const lease = new CoordinatorLease({ connection, runId, token: 'own' });
  await lease.take();
  const lost: number[] = [];
  const budget = { limits, spent: () => spent, dearest: new Map() };
  const watch = new BudgetWatch(connection, runId, lease, budget, {
    abandoned: (calls) => lost.push(calls),
  });
  await watch.open();
  return { connection, runId, limits, watch, lost };
}

/** A worker's part in it. It lives until `die`. */
async function aSharer({
  connection,
  runId,
  limits,
}: {
  connection: QueueConnection;
  runId: string;
  limits: BudgetLimits;
}) {
  const worker = randomUUID();
  const heartbeat = sharedKeys(connection.prefix).worker(worker);
  await connection.redis.set(heartbeat, '');
  const ends: BudgetEnd[] = [];
  let calls = 0;
  const store = new RedisBudget(connection, runId, limits);
  const budget = new SharedBudget(store, {
    limits,
    clock: systemClock,
    nextId: () => `${worker}:${calls++}`,
    onUsedUp: (end) => ends.push(end),
  });
  const layered = (client: Fabric) => budget.beforeTurn(budget.atClient(client), PAID);
  return { store, layered, budget, worker, ends, die: () => connection.redis.del(heartbeat) };
}

/** A client whose calls cost so much each, and take a moment. */
function client(cost: number) {
  const seen = { calls: 0, inFlight: 0, most: 0 };
  const fabric: Fabric = {
    async run(call) {
      call.calls++;
      seen.calls++;
      seen.most = Math.max(seen.most, ++seen.inFlight);
      await new Promise((resolve) => setTimeout(resolve, 2));
      seen.inFlight--;
      call.spent = { input: 0, output: 0, cached: 0, cost: (call.spent?.cost ?? 0) + cost, unpriced: 0 };
      return { answer: '', latencyMs: 2 };
    },
    inFlight: 0,
    close: async () => {},
  };
  return { fabric, seen };
}

async function outcomesOf(fabric: Fabric, calls: number) {
  const settled = await Promise.allSettled(Array.from({ length: calls }, () => fabric.run(aCall())));
  return settled.filter(({ status }) => status === 'fulfilled').length;
}

describe.skipIf(!hasRedis)('a budget that workers share', () => {
  it('of calls is exact, and says once that it is used up', async () => {
    const shared = await aBudget({ maxCalls: 50 }, { calls: 7, cost: 0 });
    const { fabric, seen } = client(0);
    const sharers = await Promise.all([aSharer(shared), aSharer(shared), aSharer(shared)]);

    const made = await Promise.all(sharers.map(({ layered }) => outcomesOf(layered(fabric), 60)));
    await shared.watch.look();

    expect(seen.calls).toBe(43);
    expect(made.reduce((sum, one) => sum + one, 0)).toBe(43);
    for (const { ends } of sharers) expect(ends).toEqual([{ kind: 'max-calls', calls: 50 }]);
    expect(shared.watch.share).toBe(1);
  });

  it('of money is exact where calls cost the same, one at a time until their price is known', async () => {
    const shared = await aBudget({ maxCost: 1 });
    const { fabric, seen } = client(0.1);
    const [one, two] = [await aSharer(shared), await aSharer(shared)];

    await Promise.all([outcomesOf(one.layered(fabric), 8), outcomesOf(two.layered(fabric), 8)]);

    expect(seen.calls).toBe(10);
    expect([...one.ends, ...two.ends].map(({ kind }) => kind)).toContain('max-cost');
  });

  it('counts what a dead worker had sent as made, and gives back what waited for its turn', async () => {
    const shared = await aBudget({ maxCalls: 3 });
    const dead = await aSharer(shared);
    await dead.store.reserve(`${dead.worker}:sent`, '', undefined);
    await dead.store.reserve(`${dead.worker}:waiting`, '', undefined);
    await dead.store.goesOut(`${dead.worker}:sent`);
    await dead.die();
    await shared.watch.look();
    const { fabric, seen } = client(0);
    const sharer = await aSharer(shared);

    await outcomesOf(sharer.layered(fabric), 5);

    expect(shared.lost).toEqual([1]);
    expect(seen.calls).toBe(2);
    expect(sharer.ends).toEqual([{ kind: 'max-calls', calls: 3 }]);
  });

  it('corrects what it counted for a worker that only seemed dead, which makes no call that was given to others', async () => {
    const shared = await aBudget({ maxCalls: 2, maxCost: 10 });
    const slow = await aSharer(shared);
    await slow.store.reserve(`${slow.worker}:sent`, '', 4);
    await slow.store.reserve(`${slow.worker}:waiting`, '', 4);
    await slow.store.goesOut(`${slow.worker}:sent`);
    await slow.die();
    await shared.watch.look();

    expect(await slow.store.goesOut(`${slow.worker}:waiting`)).toBe(false);
    // Its connection was refused: no call was made.
    await slow.store.settle(`${slow.worker}:sent`, '', { calls: 0, cost: 0 }, false);
    // A reply that was lost has it told once more.
    await slow.store.settle(`${slow.worker}:sent`, '', { calls: 0, cost: 0 }, false);
    await shared.watch.look();
    const { fabric, seen } = client(4);
    await outcomesOf((await aSharer(shared)).layered(fabric), 3);

    expect(seen.calls).toBe(2);
  });

  it('lets nothing out any more when it is closed', async () => {
    const shared = await aBudget({ maxCalls: 1 });
    const sharer = await aSharer(shared);
    sharer.budget.close(new CallError('aborted', 'over'));

    await expect(sharer.layered(client(0).fabric).run(aCall())).rejects.toThrow('over');
  });
});
