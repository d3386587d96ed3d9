import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** What the fake service does with one call instead of plainly answering it. */
export type Behaviour =
  /** Another status; a body that is an object goes out as JSON. Without one: `{"message":"fake 500"}`. */
  | { kind: 'status'; status: number; body?: string | object; headers?: OutgoingHttpHeaders }
  /** Resets the connection before anything is answered. */
  | { kind: 'reset' }
  /** Announces the whole body, sends half of it and closes the connection. */
  | { kind: 'cut' }
  /** 200 with a page of HTML, as a proxy's sign-in page would be. */
  | { kind: 'not-json' }
  /** 200 with `{}`: neither an output nor a result. */
  | { kind: 'neither' }
  /** 200 with valid JSON of that many bytes, its length not announced. */
  | { kind: 'huge'; bytes: number }
  /** Never answers; ends when the caller gives up or the server closes. */
  | { kind: 'hang' }
  /** The usual answer, byte by byte. */
  | { kind: 'drip'; everyMs: number }
  /** The usual answer with these headers besides. */
  | { kind: 'headers'; headers: OutgoingHttpHeaders }
  /** The usual answer after this long, instead of after the server's latency. */
  | { kind: 'delay'; ms: number }
  /** 200 with this as JSON. */
  | { kind: 'body'; body: unknown }
  /** 200 with these bytes, whatever they are. */
  | { kind: 'bytes'; bytes: Uint8Array; headers?: OutgoingHttpHeaders };

/** One call's way back to its caller. */
export interface Exchange {
  response: ServerResponse;
  /** Aborted once the caller has gone. */
  gone: AbortSignal;
  /** Called just before an answer is whole, so that no caller can know of an answer before the record does. */
  answering(status: number): void;
}

/** Answers as told. Settles when all is handed to the socket, or will never be. */
export async function perform(
  behaviour: Behaviour | undefined,
  exchange: Exchange,
  usualAnswer: object,
): Promise<void> {
  switch (behaviour?.kind) {
    case undefined:
    case 'delay':
      return sendJson(exchange, 200, usualAnswer);
    case 'headers':
      return sendJson(exchange, 200, usualAnswer, behaviour.headers);
    case 'body':
      return sendJson(exchange, 200, behaviour.body);
    case 'bytes':
      return sendBytes(exchange, 200, 'application/json', behaviour.bytes, behaviour.headers);
    case 'neither':
      return sendJson(exchange, 200, {});
    case 'status':
      return sendStatus(exchange, behaviour);
    case 'not-json':
      return send(exchange, 200, 'text/html', '<!doctype html><title>Sign in</title><p>Please sign in.</p>');
    case 'reset':
      exchange.response.socket?.resetAndDestroy();
      return;
    case 'cut':
      return cut(exchange, usualAnswer);
    case 'drip':
      return drip(exchange, usualAnswer, behaviour.everyMs);
    case 'huge':
      return flood(exchange, behaviour.bytes);
    case 'hang':
      if (!exchange.gone.aborted) await once(exchange.gone, 'abort');
      return;
  }
}

export function sendJson(
  exchange: Exchange,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  send(exchange, status, 'application/json', JSON.stringify(body), headers);
}

function send(
  exchange: Exchange,
  status: number,
  contentType: string,
  body: string,
  headers: OutgoingHttpHeaders = {},
): void {
  sendBytes(exchange, status, contentType, Buffer.from(body), headers);
}

function sendBytes(
  { response, answering }: Exchange,
  status: number,
  contentType: string,
  body: Uint8Array,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': body.length,
    ...headers,
  });
  answering(status);
  response.end(body);
}

function sendStatus(
  exchange: Exchange,
  { status, body, headers }: Extract<Behaviour, { kind: 'status' }>,
): void {
  if (typeof body === 'string') send(exchange, status, 'text/plain', body, headers);
  else sendJson(exchange, status, body ?? { message: `fake ${status}` }, headers);
}

function cut({ response }: Exchange, answer: object): void {
  const body = startJson(response, answer);
  // An orderly end, not a reset: a reset could overtake the half that was sent and make this a mere 'reset'.
  response.write(body.subarray(0, body.length >> 1), () => response.socket?.destroySoon());
}

async function drip({ response, gone, answering }: Exchange, answer: object, everyMs: number): Promise<void> {
  const body = startJson(response, answer);
  for (const byte of body.subarray(0, -1)) {
    response.write(Buffer.of(byte));
    await delay(everyMs, undefined, { signal: gone });
  }
  answering(200);
  response.end(body.subarray(-1));
}

/** Announces the whole body and gives its bytes. */
function startJson(response: ServerResponse, answer: object): Buffer {
  const body = Buffer.from(JSON.stringify(answer));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  return body;
}

const FLOOD_CHUNK_BYTES = 65_536;

async function flood({ response, answering }: Exchange, bytes: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  await pipeline(Readable.from(longJsonWithoutItsEnd(bytes)), response, { end: false });
  answering(200);
  response.end('"}');
}

function* longJsonWithoutItsEnd(bytes: number): Generator<Buffer> {
  const head = Buffer.from('{"output":"');
  const filling = Buffer.alloc(FLOOD_CHUNK_BYTES, 'x');
  yield head;
  for (let left = bytes - head.length - '"}'.length; left > 0; left -= filling.length) {
    yield left < filling.length ? filling.subarray(0, left) : filling;
  }
}
