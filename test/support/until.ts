import { setTimeout as sleep } from 'node:timers/promises';

/** Below vitest's own limit for a test, so that the error can name what did not come. */
const LONGEST_WAIT_MS = 150_000;

/** Waits until `isSo`, which it asks every 10 ms. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + LONGEST_WAIT_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`waited ${LONGEST_WAIT_MS} ms in vain for ${isSo}`);
    await sleep(10);
  }
}
