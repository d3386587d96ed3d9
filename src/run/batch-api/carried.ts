import { z } from 'zod';
import type { CallErrorKind } from '../../fabric/call-error.js';
import type { Repair, Spending } from '../../fabric/fabric.js';
import { linesOf, type ShardFolder } from '../shards/shard-files.js';
import type { Shards } from '../shards/shards.js';

/** What earlier tries of a row took, and how the last one failed: it goes with the row from shard to shard. */
export interface Carried {
  /** Requests that were run. */
  readonly calls: number;
  /** Those of them that count against `--attempts`. */
  readonly attempts: number;
  readonly spent: Spending | undefined;
  /** What was wrong with the last answer, for the next request to say. */
  readonly repair?: Repair;
}

export const NOTHING_CARRIED: Carried = { calls: 0, attempts: 0, spent: undefined };

/** A row without a result, as it stands in an open file: with its request, to be sent again. */
export interface OpenRow {
  readonly row: number;
  readonly carried: Carried;
  readonly line: string;
}

const spending = z.object({
  input: z.number(),
  output: z.number(),
  cached: z.number(),
  cost: z.number(),
  unpriced: z.number(),
});

const carriedRow = z.object({
  row: z.number(),
  calls: z.number(),
  attempts: z.number(),
  spent: spending.optional(),
  repair: z.object({ answer: z.string(), problem: z.string() }).optional(),
});

const openRow = carriedRow.extend({ line: z.string() });

export function formatCarried(row: number, carried: Carried): string {
  return JSON.stringify({ row, ...carried });
}

export function formatOpenRow({ row, carried, line }: OpenRow): string {
  return JSON.stringify({ row, ...carried, line });
}

/** @throws where it is damaged. */
export function parseCarried(line: string): { readonly row: number; readonly carried: Carried } {
  const { row, ...carried } = carriedRow.parse(JSON.parse(line));
  return { row, carried: carriedIn(carried) };
}

/** @throws where it is damaged. */
export function parseOpenRow(text: string): OpenRow {
  const { row, line, ...carried } = openRow.parse(JSON.parse(text));
  return { row, carried: carriedIn(carried), line };
}

function carriedIn({ calls, attempts, spent, repair }: Omit<z.infer<typeof carriedRow>, 'row'>): Carried {
  return { calls, attempts, spent, ...(repair && { repair }) };
}

/** What earlier tries took of rows that were sent and have no result. */
export async function carriedRows(
  shards: Shards,
  folder: ShardFolder,
): Promise<ReadonlyMap<number, Carried>> {
  const carried = new Map<number, Carried>();
  const take = async (path: string, skipped: number) => {
    let at = 0;
    for await (const lines of linesOf(path)) {
      for (const line of lines) {
        if (at++ < skipped) continue;
        const one = parseCarried(line);
        if (one.carried.calls > 0) carried.set(one.row, one.carried);
      }
    }
  };
  for (const { number, open, taken } of shards.all) {
    if (open > taken) await take(folder.of(number, 'open'), taken);
  }
  for (const { number, home } of shards.waiting) {
    if (home === undefined) await take(folder.of(number, 'carried'), 0);
  }
  return carried;
}

/** Kinds of failure after which a row is not to blame, however often they come. */
export const OF_THE_ACCOUNT: ReadonlySet<CallErrorKind> = new Set(['auth', 'no-credit']);
