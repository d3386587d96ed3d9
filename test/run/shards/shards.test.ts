import { describe, expect, it } from 'vitest';
import { isDone, type Shard } from '../../../src/run/shards/shard.js';
import type { ShardRecord } from '../../../src/run/shards/shard-records.js';
import { Shards } from '../../../src/run/shards/shards.js';
import { seededRandom } from '../../support/seeded-random.js';

const ROWS = Array.from({ length: 1_000 }, (_, index) => index + 1);

describe('the shards of a run', () => {
  it('tell for each row whether it is on its way, as a look through all of them would', () => {
    const random = seededRandom(14);
    const shards = new Shards([]);
    for (let at = 0; at < 300; at++) {
      const next = nextRecord(shards, random);
      if (next !== undefined) shards.apply(next);
      if (at % 20 !== 0) continue;

      const open = [...shards.all].filter((shard) => !isDone(shard));
      const again = open.filter(({ home }) => home === undefined);
      expect(ROWS.filter((row) => shards.isOnItsWay(row))).toEqual(ROWS.filter((row) => isIn(open, row)));
      expect(ROWS.filter((row) => shards.isSentAgain(row))).toEqual(ROWS.filter((row) => isIn(again, row)));
      expect(shards.openRows).toBe([...shards.all].reduce((sum, { open, taken }) => sum + open - taken, 0));
      expect(shards.reserved).toBe(
        [...shards.all].filter(({ step }) => step === 'written' || step === 'created').length,
      );
      expect(shards.out.map(({ number }) => number)).toEqual(
        [...shards.all].filter(({ step }) => step === 'created').map(({ number }) => number),
      );
    }
  });
});

function isIn(shards: readonly Shard[], row: number): boolean {
  return shards.some(({ rows }) => rows.has(row));
}

/** What a run might do next: it cuts a shard of the input or of open rows, creates a batch, or takes its results. */
function nextRecord(shards: Shards, random: () => number): ShardRecord | undefined {
  const chosen = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
  const kind = Math.floor(random() * 4);
  if (kind === 0) {
    const from = shards.lastRow + 1;
    const to = from + Math.floor(random() * 12);
    return to > ROWS.length ? undefined : written(shards.next, { home: { from, to }, rows: `${from}-${to}` });
  }
  if (kind === 1) {
    const source = chosen([...shards.all].filter(({ open, taken }) => open > taken));
    if (source === undefined) return undefined;
    const row = [...source.rows][source.taken] ?? 0;
    return written(shards.next, {
      home: null,
      rows: `${row}`,
      takes: [{ shard: source.number, rows: 1 }],
    });
  }
  const shard = chosen(kind === 2 ? shards.waiting : shards.out);
  if (shard === undefined) return undefined;
  if (kind === 2) return { step: 'created', shard: shard.number, at: 0, batch: BATCH };
  const open = Math.floor(random() * (shard.rows.count + 1));
  return {
    ...{ step: 'harvested', shard: shard.number, at: 0, answered: shard.rows.count - open, failed: 0, open },
    ...{ cost: 0, tokens: { in: 0, out: 0 } },
  };
}

const BATCH = { id: 'batch', phase: 'running', word: 'in_progress', details: {} } as const;

function written(
  shard: number,
  more: Pick<Extract<ShardRecord, { step: 'written' }>, 'home' | 'rows'> & {
    readonly takes?: { shard: number; rows: number }[];
  },
): ShardRecord {
  return {
    step: 'written',
    shard,
    at: 0,
    bytes: 0,
    form: 'text',
    tokens: 0,
    reserved: 1,
    takes: [],
    ...more,
  };
}
