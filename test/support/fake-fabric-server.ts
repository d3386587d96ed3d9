import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { type Behaviour, type Exchange, perform, sendJson } from './fabric-behaviour.js';
import { type Inputs, type RecordedRequest, type RequestEvent, RequestLedger } from './request-ledger.js';

export type { Behaviour } from './fabric-behaviour.js';
export type { Inputs, RecordedRequest, RequestEvent } from './request-ledger.js';

export interface FakeFabricOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  /** The only key that is let in. Default 'test-key'. */
  apiKey?: string;
  /** The only fabrics there are. Default: any. */
  fabricIds?: readonly string[];
  /** Default: "described " and the first input's value. */
  answer?: (request: RecordedRequest) => string | object;
  /** Time from the arrival of a call to its answer. Default 0. */
  latencyMs?: number | ((request: RecordedRequest) => number);
  /** An answer waits for it too, where there is something to wait for. */
  heldBack?: (request: RecordedRequest) => Promise<void> | undefined;
  /** Decides about every call that has a good key and a known fabric; undefined for the usual answer. */
  behave?: (request: RecordedRequest, nthCallOfThisRow: number) => Behaviour | undefined;
  /** Where the answer stands in the body. Default 'output'. */
  field?: 'output' | 'result';
  /** The input whose value `calls` and `answered` count by. Default: all inputs, as JSON. */
  keyColumn?: string;
  /** Told of every call when it was read, and again just before its answer is sent. */
  observe?: (event: RequestEvent) => void;
}

/** A fabric service on the loopback interface. Who starts it closes it; see `fakeFabricForTest`. */
export async function startFakeFabricServer(options: FakeFabricOptions = {}): Promise<FakeFabricServer> {
  const server = new FakeFabricServer(options);
  await server.listen();
  return server;
}

export class FakeFabricServer {
  readonly #options: FakeFabricOptions;
  readonly #ledger: RequestLedger;
  readonly #server: Server;
  #connections = 0;
  #port = 0;

  constructor(options: FakeFabricOptions) {
    this.#options = options;
    this.#ledger = new RequestLedger(options.keyColumn, options.observe);
    this.#server = createServer((request, response) => {
      const at = performance.now();
      void this.#serve(at, request, response);
    });
    // An idle connection is never closed from here: it would look like a reset that no test asked for.
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', () => {
      this.#connections += 1;
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#options.port ?? 0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error(`wanted a port, got ${address}`);
    this.#port = address.port;
  }

  /** The base URL, as `--base-url` takes it. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/v1`;
  }

  /** All calls that were read whole, in that order; refused ones too. */
  get requests(): readonly RecordedRequest[] {
    return this.#ledger.requests;
  }

  get inFlight(): number {
    return this.#ledger.inFlight;
  }

  get maxInFlight(): number {
    return this.#ledger.maxInFlight;
  }

  /** Sockets accepted since the start. */
  get connections(): number {
    return this.#connections;
  }

  /** Calls that arrived for this row. */
  calls(key: string): number {
    return this.#ledger.calls(key);
  }

  /** Calls for this row that got a whole answer with status 200: what would be on the bill. */
  answered(key: string): number {
    return this.#ledger.answered(key);
  }

  /** Ends every connection, hanging ones too, and lets go of the port. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(at: number, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    this.#ledger.entered();
    try {
      await this.#respond(at, incoming, { response, gone: gone.signal, answering: () => undefined });
    } catch (error) {
      // Once the caller has hung up, whatever fails fails because of that. Anything else is a test's mistake,
      // in `behave` perhaps, and must be seen: as an unhandled rejection it fails the test.
      if (gone.signal.aborted || incoming.errored !== null) return;
      response.destroy();
      throw error;
    } finally {
      this.#ledger.left();
    }
  }

  async #respond(at: number, incoming: IncomingMessage, exchange: Exchange): Promise<void> {
    const body = await text(incoming);
    if (incoming.method !== 'POST' || incoming.url !== '/v1/fabrics/run') {
      return sendJson(exchange, 404, { message: `There is no ${incoming.method} ${incoming.url}.` });
    }
    const run = parseRun(body);
    if (run === undefined) {
      return sendJson(exchange, 400, { message: 'The body must be {"fabricId": "…", "inputs": {…}}.' });
    }
    const { request, nthCall, answering } = this.#ledger.arrived({
      at,
      ...run,
      idempotencyKey: incoming.headers['idempotency-key']?.toString(),
      authorization: incoming.headers.authorization,
    });
    const behaviour = this.#refusal(request) ?? this.#options.behave?.(request, nthCall);
    const waitMs = behaviour?.kind === 'delay' ? behaviour.ms : this.#latencyOf(request);
    const leftMs = at + waitMs - performance.now();
    if (leftMs > 0) await delay(leftMs, undefined, { signal: exchange.gone });
    await this.#options.heldBack?.(request);
    exchange.gone.throwIfAborted();
    await perform(behaviour, { ...exchange, answering }, this.#usualAnswer(request));
  }

  #refusal(request: RecordedRequest): Behaviour | undefined {
    const { apiKey = 'test-key', fabricIds } = this.#options;
    if (request.authorization !== `Bearer ${apiKey}`) {
      return { kind: 'status', status: 401, body: { message: 'The API key is not valid.' } };
    }
    if (fabricIds !== undefined && !fabricIds.includes(request.fabricId)) {
      return { kind: 'status', status: 404, body: { message: `There is no fabric "${request.fabricId}".` } };
    }
    return undefined;
  }

  #latencyOf(request: RecordedRequest): number {
    const { latencyMs = 0 } = this.#options;
    return typeof latencyMs === 'number' ? latencyMs : latencyMs(request);
  }

  #usualAnswer(request: RecordedRequest): object {
    const { answer = describeFirstInput, field = 'output' } = this.#options;
    return { [field]: answer(request) };
  }
}

function describeFirstInput({ inputs }: RecordedRequest): string {
  const [first] = Object.values(inputs);
  return `described ${typeof first === 'string' ? first : JSON.stringify(first)}`;
}

function parseRun(body: string): { fabricId: string; inputs: Inputs } | undefined {
  let run: unknown;
  try {
    run = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isObject(run)) return undefined;
  const { fabricId, inputs } = run;
  return typeof fabricId === 'string' && isObject(inputs) ? { fabricId, inputs } : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
