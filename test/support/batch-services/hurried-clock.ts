import type { ServiceClock } from '../../../src/batch-api/http/service-http.js';

/** A clock whose waits are over at once; it keeps how long each would have been, in ms. */
export class HurriedClock implements ServiceClock {
  readonly waits: number[] = [];

  wallNow(): number {
    return Date.now();
  }

  after(ms: number, wake: () => void): () => void {
    this.waits.push(ms);
    const immediate = setImmediate(wake);
    return () => clearImmediate(immediate);
  }
}
