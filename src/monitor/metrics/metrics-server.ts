import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MetricsServerError } from '../watch-error.js';

/** Where metrics can be read. */
export interface MetricsAddress {
  /** An address or a name of this machine, an IPv6 address without its brackets. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

export interface MetricsServer {
  /** The address to scrape: `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  /** Closes at once, with all open connections. */
  close(): Promise<void>;
}

export interface MetricsServerOptions {
  readonly address: MetricsAddress;
  readonly contentType: string;
  /** Gives the present metrics. */
  readonly text: () => Promise<string>;
}

/**
 * Serves the metrics over HTTP, at `/metrics` only. The server does not keep the process alive.
 *
 * @throws MetricsServerError where the port is taken or not this machine's.
 */
export async function serveMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  const { address, contentType, text } = options;
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('the metrics are at /metrics\n');
      return;
    }
    text().then(
      (body) => response.writeHead(200, { 'content-type': contentType }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  // A scraper that keeps its connection open must not keep the process alive.
  server.on('connection', (socket) => socket.unref());
  server.listen(address.port, address.host);
  await listening(server, address);
  server.unref();
  return { url: urlOf(server.address(), address), close: () => closed(server) };
}

async function listening(server: Server, address: MetricsAddress): Promise<void> {
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new MetricsServerError(`--metrics-port: ${REASONS[code] ?? code}: ${shown(address)}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there already, give another port',
  EACCES: 'ports below 1024 are the system’s, give one from 1024 up',
  EADDRNOTAVAIL: 'that is no address of this machine',
  ENOTFOUND: 'that name is not known',
};

function urlOf(bound: string | AddressInfo | null, { host }: MetricsAddress): string {
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  return `http://${shown({ host, port })}/metrics`;
}

function shown({ host, port }: MetricsAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function closed(server: Server): Promise<void> {
  const ended = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await ended;
}
