import { onTestFinished } from 'vitest';
import { type FakeModelOptions, type FakeModelServer, startFakeModelServer } from './fake-model-server.js';

/** A fake model service that is closed when the running test ends. */
export async function fakeModelForTest(options: FakeModelOptions = {}): Promise<FakeModelServer> {
  const server = await startFakeModelServer(options);
  onTestFinished(() => server.close());
  return server;
}
