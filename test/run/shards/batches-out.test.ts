import { describe, expect, it } from 'vitest';
import type { RemoteBatch } from '../../../src/batch-api/batch-service.js';
import { batchesOut } from '../../../src/run/shards/batches-out.js';
import type { ShardRecord } from '../../../src/run/shards/shard-records.js';
import { Shards } from '../../../src/run/shards/shards.js';

const HOUR = 3_600_000;

describe('the batches that are out', () => {
  it('are counted by their words, with the oldest one and the next expiry', () => {
    const shards = new Shards([
      ...shard(1, { word: 'in_progress', createdAt: HOUR, expiresAt: 25 * HOUR, counts: [6, 1] }),
      ...shard(2, { word: 'in_progress', createdAt: 2 * HOUR, expiresAt: 26 * HOUR, counts: [2, 0] }),
      ...shard(3, { word: 'validating', createdAt: 3 * HOUR, expiresAt: 27 * HOUR }),
    ]);

    expect(batchesOut(shards.out, 4 * HOUR)).toEqual({
      words: new Map([
        ['in_progress', 2],
        ['validating', 1],
      ]),
      ...{ rows: 30, done: 9, ageMs: 3 * HOUR, expiresInMs: 21 * HOUR },
    });
  });

  it('have no count, and no expiry, where their service says none', () => {
    const shards = new Shards(shard(1, { word: 'in_progress', createdAt: HOUR }));

    expect(batchesOut(shards.out, 2 * HOUR)).toMatchObject({ done: undefined, expiresInMs: undefined });
    expect(batchesOut([], 2 * HOUR)).toBeUndefined();
  });
});

function shard(
  number: number,
  {
    counts: [succeeded, failed] = [],
    ...batch
  }: Pick<RemoteBatch, 'word' | 'createdAt' | 'expiresAt'> & {
    readonly counts?: readonly number[];
  },
): ShardRecord[] {
  const counts = succeeded === undefined ? undefined : { total: 10, succeeded, failed: failed ?? 0 };
  const home = { from: 10 * number - 9, to: 10 * number };
  return [
    {
      ...{ step: 'written', shard: number, at: 0, home, rows: `${home.from}-${home.to}` },
      ...{ bytes: 0, form: 'text', tokens: 0, reserved: null, takes: [] },
    },
    {
      ...{ step: 'created', shard: number, at: 0 },
      batch: { id: `batch_${number}`, phase: 'running', details: {}, ...batch, ...(counts && { counts }) },
    },
  ];
}
