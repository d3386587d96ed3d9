import { onTestFinished } from 'vitest';
import {
  type FakeFabricOptions,
  type FakeFabricServer,
  startFakeFabricServer,
} from './fake-fabric-server.js';

/** A fake fabric service that is closed when the running test ends. */
export async function fakeFabricForTest(options: FakeFabricOptions = {}): Promise<FakeFabricServer> {
  const server = await startFakeFabricServer(options);
  onTestFinished(() => server.close());
  return server;
}
