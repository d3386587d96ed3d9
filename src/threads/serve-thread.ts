import { workerData } from 'node:worker_threads';
import { worker } from 'workerpool';

/** The work of a thread: one result an item, in their order. */
export type BlockWork<Item, Result> = (block: readonly Item[]) => readonly Result[];

/**
 * The whole of a thread's program: it opens what it needs, and then works on the blocks that `Threads` sends.
 * What it throws counts as a crash: a result that can be foreseen is returned.
 *
 * @param open is given the set-up that `Threads` was given, copied
 * @example
 * serveThread(async (encoding: string) => {
 *   const count = await openCounter(encoding);
 *   return (texts: readonly string[]) => texts.map(count);
 * });
 */
export function serveThread<SetUp, Item, Result>(
  open: (setUp: SetUp) => Promise<BlockWork<Item, Result>>,
): void {
  let opening: Promise<BlockWork<Item, Result>> | undefined;
  const opened = () => {
    opening ??= open(workerData as SetUp);
    return opening;
  };
  worker({
    open: async () => {
      await opened();
    },
    work: async (block: readonly Item[]) => (await opened())(block),
  });
}
