import type { Socket } from 'node:net';
import type { Connector } from '../../proxy/connectors.js';
import type { NextTurn } from './next-turn.js';
import { type ResponseListener, ResponseReader } from './response-reader.js';

/** A text, or parts that are sent one after another, with the bytes of all. */
export type RequestBody = string | { readonly parts: readonly Buffer[]; readonly bytes: number };

export interface Request {
  /** Up to the empty line, in Latin-1. */
  readonly head: string;
  readonly body: RequestBody;
}

/** Hears what becomes of a request; exactly one of `onEnd` and `onError` comes, as the last. */
export interface RequestListener extends ResponseListener {
  /** The connection is there; the request goes out now. */
  onSent(): void;
  /** The response is whole, and the connection can take the next request. */
  onEnd(): void;
  /** There is no whole response; the connection can take the next request, which opens it anew. */
  onError(error: Error): void;
}

export interface ConnectionOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly connect: Connector;
  /** Of the event loop, for all connections. */
  readonly turn: NextTurn;
}

/** The other side broke off. */
export class ConnectionClosedError extends Error {
  override readonly name = 'ConnectionClosedError';
  readonly kind = 'connection-closed';

  constructor() {
    super('the other side closed it');
  }
}

/** Services that say nothing keep a connection at least so long. */
const IDLE_MS = 4_000;
/** A connection is given up so much earlier than the other side said: its clock started earlier. */
const IDLE_MARGIN_MS = 2_000;
const MAX_IDLE_MS = 600_000;

const BEYOND_ASCII = /[^\0-\x7f]/;

/**
 * A keep-alive connection that takes one request at a time, opened for the first one and anew where it was closed.
 * A request is sent at most once.
 */
export class Connection {
  readonly #address: Parameters<Connector>[0];
  readonly #reader = new ResponseReader();
  #socket: Socket | undefined;
  /** Of the request on its way. */
  #listener: RequestListener | undefined;
  #isSent = false;
  /** In ms of `performance.now()`. */
  #idleUntil = 0;

  constructor(private readonly options: ConnectionOptions) {
    const { protocol, host, hostname, port } = new URL(options.origin);
    // An IPv6 address has brackets in a URL alone.
    this.#address = { protocol, host, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port };
  }

  /** Whether a request would go out at once, at `now` in ms of `performance.now()`. */
  isOpen(now: number): boolean {
    return this.#socket !== undefined && now < this.#idleUntil && isUsable(this.#socket);
  }

  /** Sends a request; there must be none on its way. */
  send(request: Request, listener: RequestListener, now: number): void {
    this.#listener = listener;
    this.#isSent = false;
    if (!this.isOpen(now)) this.#go(request, listener, now);
    // Servers close connections that they said they would keep, and say things that nobody asked for, often right
    // behind an answer: the event loop's next turn hears of it before a request is lost or gets a wrong answer.
    else this.options.turn.run(() => this.#go(request, listener, now));
  }

  /** Ends the request on its way, and its connection; without a request: nothing. */
  abort(reason: Error): void {
    if (this.#listener === undefined) return;
    this.#drop();
    this.#settle((listener) => listener.onError(reason));
  }

  /** Without a request: closes the connection where the other side soon does, and lets the process end. */
  rest(now: number): void {
    if (this.#listener !== undefined || this.#socket === undefined) return;
    if (this.isOpen(now) && hasSentAll(this.#socket)) this.#socket.unref();
    else this.#drop();
  }

  /** Ends it; a request on its way fails with `reason`. */
  close(reason: Error): void {
    this.abort(reason);
    this.#drop();
  }

  #go(request: Request, listener: RequestListener, now: number): void {
    if (this.#listener !== listener) return;
    if (this.#socket !== undefined && this.isOpen(now) && hasSentAll(this.#socket)) {
      this.#write(this.#socket, request, listener);
      return;
    }
    this.#drop();
    this.options.connect(this.#address, (error, socket) => {
      if (this.#listener !== listener) socket?.destroy();
      else if (error !== null) this.#settle(() => listener.onError(error));
      else {
        this.#attach(socket);
        this.#write(socket, request, listener);
      }
    });
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    const hear = (event: () => void) => {
      if (this.#socket === socket) event();
    };
    socket.on('data', (chunk: Buffer) => hear(() => this.#read(chunk)));
    socket.on('end', () => hear(() => this.#ended()));
    socket.on('close', () => hear(() => this.#broke(new ConnectionClosedError())));
    socket.on('error', (error) => hear(() => this.#broke(error)));
  }

  #write(socket: Socket, { head, body }: Request, listener: RequestListener): void {
    socket.ref();
    this.#isSent = true;
    this.#reader.begin(listener);
    listener.onSent();
    // It may have been aborted meanwhile.
    if (this.#listener !== listener) return;
    if (typeof body === 'string' && !BEYOND_ASCII.test(head)) {
      socket.write(head + body);
      return;
    }
    socket.cork();
    socket.write(head, 'latin1');
    for (const part of typeof body === 'string' ? [body] : body.parts) socket.write(part);
    socket.uncork();
  }

  #read(chunk: Buffer): void {
    try {
      if (this.#reader.read(chunk)) this.#finish();
    } catch (error) {
      this.#broke(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #ended(): void {
    if (this.#reader.end()) this.#finish();
    else this.#broke(new ConnectionClosedError());
  }

  #finish(): void {
    const { keepsAlive, idleMs = IDLE_MS + IDLE_MARGIN_MS } = this.#reader;
    this.#idleUntil = performance.now() + Math.min(idleMs - IDLE_MARGIN_MS, MAX_IDLE_MS);
    if (!keepsAlive) this.#drop();
    this.#settle((listener) => listener.onEnd());
  }

  /** A request that has not gone out opens the connection anew. */
  #broke(error: Error): void {
    this.#drop();
    if (this.#isSent) this.#settle((listener) => listener.onError(error));
  }

  #settle(tell: (listener: RequestListener) => void): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#isSent = false;
    if (listener !== undefined) tell(listener);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }
}

/** The other side's end may have come, and not have been told yet. */
function isUsable(socket: Socket): boolean {
  return !socket.destroyed && !socket.readableEnded && socket.writable;
}

/**
 * A service may refuse a request before it has read all of it: the next one must not wait behind the rest.
 * TLS tells that all is sent a turn of the event loop later, perhaps after the answer came.
 */
function hasSentAll(socket: Socket): boolean {
  return socket.writableLength === 0;
}
