import { onTestFinished } from 'vitest';
import { type FakeBatchOptions, type FakeBatchServer, startFakeBatchServer } from './fake-batch-server.js';

/** Fake batch APIs that are closed when the running test ends. */
export async function fakeBatchesForTest(options: FakeBatchOptions = {}): Promise<FakeBatchServer> {
  const server = await startFakeBatchServer(options);
  onTestFinished(() => server.close());
  return server;
}
