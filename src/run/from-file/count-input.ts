import { countRows } from '../../rows/count-rows.js';
import type { Plan } from '../plan/plan.js';

/** The rest of a larger input is not read for its count alone (0.1 to 0.2 s a 64 MB). */
const COUNTED_BYTES = 64 * 1024 * 1024;

/** A count of a run's rows that goes on beside the run. */
export interface InputCount {
  /** All rows that the run is to do, once they are counted. */
  readonly total: () => number | undefined;
  /** The same, waited for where the input is small; undefined where it is not known. */
  settled(): Promise<number | undefined>;
  stop(): void;
}

/** What of a run's plan its rows are counted by. */
export type CountedPlan = Pick<Plan, 'from' | 'limit'> & {
  readonly input: Pick<Plan['input'], 'stat' | 'source'> & {
    readonly look: Pick<Plan['input']['look'], 'layout'>;
  };
};

/** Counts the rows of a run's input, those that are done among them. Nothing is known of a stream. */
export function countInput(plan: CountedPlan): InputCount {
  const { source, look } = plan.input;
  if (source.path === undefined) return { total: unknown, settled: async () => undefined, stop: unknown };
  const counting = new AbortController();
  let total: number | undefined;
  const counted = countRows(source, look.layout, plan.from, counting.signal).then(
    (rows) => {
      total = Math.min(rows, plan.limit ?? rows);
    },
    // The run reads the same rows and reports the error.
    () => {},
  );
  return {
    total: () => total,
    settled: async () => {
      if (isQuick(plan)) await counted;
      return total;
    },
    stop: () => counting.abort(),
  };
}

/** All rows that a run is to do, where counting them is quick; a larger input is not read at all. */
export async function countIfQuick(plan: CountedPlan): Promise<number | undefined> {
  return isQuick(plan) ? countInput(plan).settled() : undefined;
}

function isQuick({ input, from }: CountedPlan): boolean {
  return (input.stat?.size ?? 0) - from.offset <= COUNTED_BYTES;
}

function unknown(): undefined {
  return undefined;
}
