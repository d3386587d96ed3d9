import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PagesServerError } from './watch-error.js';

/** Where pages can be read. */
export interface PagesAddress {
  /** An address or a name of this machine, an IPv6 address without its brackets. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

/** What a request gets. */
export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface ServedPages {
  /** `http://127.0.0.1:9464`: a page's path follows. */
  readonly url: string;
  /** Closes at once, with all open connections. */
  close(): Promise<void>;
}

export interface ServedPagesOptions {
  /** The option that asked for it, which messages name: `--metrics-port`. */
  readonly option: string;
  readonly address: PagesAddress;
  /** Gives the present page, by its path. */
  readonly pages: Readonly<Record<string, () => Promise<Page>>>;
}

/**
 * Serves pages over HTTP to programs that look in now and then. The server does not keep the process alive.
 *
 * @throws PagesServerError where the port is taken or not this machine's.
 */
export async function servePages({ option, address, pages }: ServedPagesOptions): Promise<ServedPages> {
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
      const known = Object.keys(pages).join(', ');
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`what is here: ${known}\n`);
      return;
    }
    page().then(
      ({ status, contentType, body }) =>
        response.writeHead(status, { 'content-type': contentType }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  // A reader that keeps its connection open must not keep the process alive.
  server.on('connection', (socket) => socket.unref());
  server.listen(address.port, address.host);
  await listening(server, option, address);
  server.unref();
  return { url: urlOf(server.address(), address), close: () => closed(server) };
}

async function listening(server: Server, option: string, address: PagesAddress): Promise<void> {
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new PagesServerError(`${option}: ${REASONS[code] ?? code}: ${shown(address)}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there already, give another port',
  EACCES: 'ports below 1024 are the system’s, give one from 1024 up',
  EADDRNOTAVAIL: 'that is no address of this machine',
  ENOTFOUND: 'that name is not known',
};

function urlOf(bound: string | AddressInfo | null, { host }: PagesAddress): string {
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  return `http://${shown({ host, port })}`;
}

function shown({ host, port }: PagesAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function closed(server: Server): Promise<void> {
  const ended = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await ended;
}
