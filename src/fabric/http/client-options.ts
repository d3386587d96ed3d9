import type { HttpProxy } from '../../proxy/http-proxy.js';
import type { FabricCall, TokenUsage } from '../fabric.js';
import type { ServiceNotice } from '../service-notice.js';
import type { ResponseHeaders } from './response-head.js';

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
  /** Called with the headers of every response, for the limits in them. */
  readonly onHeaders: (headers: ResponseHeaders) => void;
  /** Called when a call went out late because its connection had to be opened first, with the delay in ms. */
  readonly onLateStart: (lateMs: number) => void;
  /** Called when a call was sent and had no whole answer in time. */
  readonly onTimeout?: () => void;
  /** Called with the usage of each answer, rejected ones included; undefined where the service does not report it. */
  readonly onUsage: (call: FabricCall, usage: TokenUsage | undefined) => void;
  /** Called with each kind of oddity in the service's answers, once. */
  readonly onNotice?: (notice: ServiceNotice) => void;
  /** ms since 1970, for dates in Retry-After. */
  readonly wallNow: () => number;
}
