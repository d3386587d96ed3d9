import { type BatchaiOptions, type BatchaiResult, startBatchai } from './start-batchai.js';

export type { BatchaiOptions, BatchaiResult } from './start-batchai.js';

/** Below vitest's own limit for a test, so that the error can show what the program had said. */
const DEFAULT_TIMEOUT_MS = 50_000;

/** Runs the built program to its end. Rejects, having killed it, when it takes longer than `timeoutMs`. */
export async function runBatchai(
  args: readonly string[],
  options: BatchaiOptions & { timeoutMs?: number } = {},
): Promise<BatchaiResult> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, ...startOptions } = options;
  const batchai = startBatchai(args, startOptions);
  let tookTooLong = false;
  const timer = setTimeout(() => {
    tookTooLong = true;
    batchai.child.kill('SIGKILL');
  }, timeoutMs);
  try {
    const result = await batchai.finished;
    if (tookTooLong) {
      throw new Error(
        `batchai ${args.join(' ')}: not finished after ${timeoutMs} ms. It said:\n${result.stderr}`,
      );
    }
    return result;
  } finally {
    clearTimeout(timer);
  }
}
