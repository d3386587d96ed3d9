/** Rows a block: its transfer to a thread and back costs little beside the milliseconds that its answers take. */
export const BLOCK_ROWS = 64;

/** Blocks of long texts have fewer rows, so that all threads get some and a signal is handled between two blocks. */
export const BLOCK_CHARACTERS = 32_000;

/** The calls to have in the air for so many threads: each answers one block, and has the next one at hand. */
export function callsForThreads(threads: number): number {
  return 2 * threads * BLOCK_ROWS;
}
