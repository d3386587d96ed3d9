import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { onTestFinished } from 'vitest';

export interface ProxyRequest {
  readonly method: string | undefined;
  /** `host:port` of a tunnel, or a whole URL. */
  readonly url: string | undefined;
  /** User and password, as they came. */
  readonly user: string | undefined;
}

/** What a proxy answers by itself; undefined: it does what it is asked for. */
export type OwnAnswer =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | undefined;

export interface ProxyOptions {
  /** The port on the loopback interface for every host there is behind the proxy. */
  readonly port: number;
  readonly answer?: (request: ProxyRequest, nth: number) => OwnAnswer;
}

export interface ProxyServer {
  /** `127.0.0.1:…` */
  readonly host: string;
  /** In the order in which they came. */
  readonly requests: readonly ProxyRequest[];
}

/** A proxy on the loopback interface, for tunnels and for whole URLs. It is closed when the running test ends. */
export async function proxyForTest({ port, answer }: ProxyOptions): Promise<ProxyServer> {
  const requests: ProxyRequest[] = [];
  const sockets = new Set<Socket>();
  const note = (request: IncomingMessage): OwnAnswer => {
    const { method, url, headers } = request;
    const [, credentials] = /^Basic (.*)$/.exec(headers['proxy-authorization'] ?? '') ?? [];
    const user = credentials === undefined ? undefined : Buffer.from(credentials, 'base64').toString();
    const noted = { method, url, user };
    requests.push(noted);
    return answer?.(noted, requests.length);
  };
  const server = createServer((request, response) => {
    const own = note(request);
    if (own === undefined) forward(request, response, port);
    else response.writeHead(own.status, own.headers).end(own.body);
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => {});
    const own = note(request);
    if (own !== undefined) {
      socket.end(`HTTP/1.1 ${own.status} Own\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const behind = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      pipeline(socket, behind, () => {});
      pipeline(behind, socket, () => {});
    });
    sockets.add(behind);
    behind.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`wanted a port, got ${address}`);
  return { host: `127.0.0.1:${address.port}`, requests };
}

/** Headers that are the proxy's own go no further (RFC 9110, 7.6.1). */
function forward(request: IncomingMessage, response: ServerResponse, port: number): void {
  const { 'proxy-authorization': _, ...headers } = request.headers;
  const { pathname, search } = new URL(request.url ?? '');
  const { method = 'GET' } = request;
  const behind = httpRequest({ host: '127.0.0.1', port, method, path: `${pathname}${search}`, headers });
  behind.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => {});
  });
  pipeline(request, behind, (error) => error && response.destroy());
}
