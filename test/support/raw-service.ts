import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** The text of an answer; one with a status is a refusal, and undefined one that never comes. */
export type RawAnswer = string | { readonly status: number; readonly body: string } | undefined;

export interface RawService {
  readonly url: string;
  /** The texts of all requests, in the order in which they came. */
  readonly bodies: readonly string[];
}

/** A service that is asked and answers in JSON's own characters; it is closed when the running test ends. */
export async function rawService(answer: (body: string) => RawAnswer): Promise<RawService> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    bodies.push(body);
    const said = answer(body);
    if (said === undefined) return;
    const { status, body: sent } = typeof said === 'string' ? { status: 200, body: said } : said;
    response.writeHead(status, { 'content-type': 'application/json' }).end(sent);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`wanted a port, got ${address}`);
  return { url: `http://127.0.0.1:${address.port}/v1`, bodies };
}
