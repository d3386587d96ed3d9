import type { ModelDefinition } from '../fabric/definition.js';
import type { HttpProxy } from '../proxy/http-proxy.js';
import type { ServiceClock } from './http/service-http.js';

/** What every driver is opened with. */
export interface DriverOptions {
  readonly definition: ModelDefinition;
  /** Undefined where the service wants none. */
  readonly apiKey: string | undefined;
  /** On the way to the service; undefined: none. */
  readonly proxy: HttpProxy | undefined;
  /** Longest silence of the service, in ms. */
  readonly timeoutMs: number;
  readonly clock: ServiceClock;
  /** From 0 to 1, for backoff. */
  readonly random: () => number;
}
