import type { HttpProxy } from '../../proxy/http-proxy.js';
import type { FabricCall, TokenUsage } from '../fabric.js';
import type { ServiceNotice } from '../service-notice.js';
import type { ResponseHeaders } from './exchange.js';

/** What every client of a service over HTTP is opened with. */
export interface ClientOptions {
  /** With the row's number it makes the Idempotency-Key. */
  readonly runId: string;
  /** On the way to the service; undefined: none. */
  readonly proxy?: HttpProxy | undefined;
  /** Connections at most. */
  readonly concurrency: number;
  /** Of one call, in ms. */
  readonly timeoutMs: number;
  /** Sees the headers of every response, for the limits in them. */
  readonly onHeaders: (headers: ResponseHeaders) => void;
  /** Hears by how many ms a call went out late, since its connection had to be made first. */
  readonly onLateStart: (lateMs: number) => void;
  /** Hears that an answer is arriving, before it is read. */
  readonly onArrival: () => void;
  /** Hears that a call was sent and had no whole answer in time. */
  readonly onTimeout?: () => void;
  /** Hears of each answer what its call took; undefined where the service does not say. Answers that are no good count. */
  readonly onUsage: (call: FabricCall, usage: TokenUsage | undefined) => void;
  /** Hears what is odd about the service's answers, each thing once. */
  readonly onNotice?: (notice: ServiceNotice) => void;
  /** ms since 1970, for dates in Retry-After. */
  readonly wallNow: () => number;
}
