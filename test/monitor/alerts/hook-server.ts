import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface HookRequest {
  readonly path: string | undefined;
  readonly type: string | undefined;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

/** A service that takes webhooks, on the loopback interface. */
export interface HookServer {
  /** `http://127.0.0.1:…`, without a path. */
  readonly origin: string;
  readonly host: string;
  /** In the order in which they came. */
  readonly requests: readonly HookRequest[];
  /** Comes back when there were so many. */
  arrived(requests: number): Promise<void>;
}

/** @param answer to the nth request, from 1; one that does nothing never answers. */
export async function hookServer(
  answer: (response: ServerResponse, nth: number) => void = (response) => response.writeHead(200).end('ok'),
): Promise<HookServer> {
  const requests: HookRequest[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    requests.push({
      path: request.url,
      type: request.headers['content-type'],
      authorization: request.headers.authorization,
      body: JSON.parse(body),
    });
    answer(response, requests.length);
    server.emit('hook');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin: `http://${host}`,
    host,
    requests,
    arrived: async (wanted) => {
      while (requests.length < wanted) await once(server, 'hook');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  return body;
}
