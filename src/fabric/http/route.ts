import { type Connector, directConnector } from '../../proxy/connectors.js';
import type { ResponseDecoder } from './exchange.js';

/** How requests reach the service. */
export interface Route {
  /** Scheme, host and port of what is connected to. */
  readonly origin: string;
  readonly connect: Connector;
  /** Comes before the path of each request. */
  readonly pathPrefix: string;
  /** Names and values in turn, added to each request. */
  readonly headers: readonly string[];
  /** Handles what is not the service's own in a response. */
  readonly decoder: <T>(decode: ResponseDecoder<T>) => ResponseDecoder<T>;
  /** Ends the connections that are being made. */
  readonly close: () => void;
}

/**
 * Without a proxy.
 *
 * @param timeoutMs of connecting, in ms
 */
export function directRoute(origin: string, timeoutMs: number): Route {
  return {
    origin,
    connect: directConnector(timeoutMs),
    pathPrefix: '',
    headers: [],
    decoder: (decode) => decode,
    close: () => {},
  };
}
