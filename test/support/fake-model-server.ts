import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { anthropicService } from './anthropic-service.js';
import { type Behaviour, type Exchange, perform, sendJson } from './fabric-behaviour.js';
import {
  type Finish,
  isRecord,
  type JsonRecord,
  type ModelService,
  type ReadRequest,
  type Refusal,
  type Supports,
  type Usage,
} from './model-service.js';
import { openaiService } from './openai-service.js';
import { exampleOf } from './schema-rules.js';

export type { Behaviour } from './fabric-behaviour.js';
export type { Finish, Supports, Usage } from './model-service.js';

/** One call as the fake service saw it. */
export interface ModelRequest extends ReadRequest {
  /** `performance.now()` when its headers arrived. */
  readonly at: number;
  readonly service: ModelService['name'];
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly idempotencyKey: string | undefined;
  /** As it came, and parsed. */
  readonly bodyText: string;
  readonly body: JsonRecord;
  /** The status it was answered with, from just before the answer was whole; null where it never was. */
  status: number | null;
}

export interface FakeModelOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  /** The only key that is let in; null where none may be sent. Default 'test-key'. */
  apiKey?: string | null;
  /** The only models there are. Default: any. */
  models?: readonly string[];
  /** An object is an answer in JSON. Default: an example of the schema, or "described " and the prompt's first line. */
  answer?: (request: ModelRequest) => string | object;
  /** Default: a token for every 4 bytes; undefined leaves it out. */
  usage?: (request: ModelRequest, answer: string | object) => Usage | undefined;
  finish?: (request: ModelRequest) => Finish | undefined;
  /** Headers of every answer: what is left of the limits. */
  headers?: OutgoingHttpHeaders | ((request: ModelRequest) => OutgoingHttpHeaders);
  /** Decides about every call that keeps to the rules; undefined for the usual answer. */
  behave?: (request: ModelRequest, nthCallOfThisKey: number) => Behaviour | undefined;
  supports?: Supports;
  /** Time from the arrival of a call to its answer. Default 0. */
  latencyMs?: number | ((request: ModelRequest) => number);
  /** An answer waits for it too, where there is something to wait for. */
  heldBack?: (request: ModelRequest) => Promise<void> | undefined;
  /** What `calls`, `answered` and `behave` count by. Default: the prompt. */
  keyOf?: (request: ModelRequest) => string;
  /** Told of every call that keeps to the rules when it was read, and of each again just before its answer is sent. */
  observe?: (event: { event: 'arrived' | 'answered'; at: number; request: ModelRequest }) => void;
}

/**
 * A model service on the loopback interface that speaks OpenAI's and Anthropic's wire formats, and refuses
 * whatever they would refuse. Who starts it closes it; see `fakeModelForTest`.
 */
export async function startFakeModelServer(options: FakeModelOptions = {}): Promise<FakeModelServer> {
  const server = new FakeModelServer(options);
  await server.listen();
  return server;
}

const SERVICES: readonly ModelService[] = [openaiService, anthropicService];

export class FakeModelServer {
  /** All calls that kept to the rules, in the order in which they were read. */
  readonly requests: ModelRequest[] = [];
  /** What the service said to calls that broke a rule. */
  readonly refusals: Refusal[] = [];
  readonly #options: FakeModelOptions;
  readonly #server: Server;
  readonly #calls = new Map<string, number>();
  readonly #answered = new Map<string, number>();
  #inFlight = 0;
  #maxInFlight = 0;
  #port = 0;

  constructor(options: FakeModelOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      const at = performance.now();
      void this.#serve(at, request, response);
    });
    // An idle connection is never closed from here: it would look like a reset that no test asked for.
    this.#server.keepAliveTimeout = 0;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#options.port ?? 0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error(`wanted a port, got ${address}`);
    this.#port = address.port;
  }

  /** The base URL of both services, as a fabric file has it. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/v1`;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get maxInFlight(): number {
    return this.#maxInFlight;
  }

  /** Calls that arrived for this key. */
  calls(key: string): number {
    return this.#calls.get(key) ?? 0;
  }

  /** Calls for this key that got a whole answer with status 200: what would be on the bill. */
  answered(key: string): number {
    return this.#answered.get(key) ?? 0;
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
    this.#inFlight += 1;
    this.#maxInFlight = Math.max(this.#maxInFlight, this.#inFlight);
    try {
      await this.#respond(at, incoming, { response, gone: gone.signal, answering: () => undefined });
    } catch (error) {
      // Once the caller has hung up, whatever fails fails because of that. Anything else is a test's mistake,
      // in `behave` perhaps, and must be seen: as an unhandled rejection it fails the test.
      if (gone.signal.aborted || incoming.errored !== null) return;
      response.destroy();
      throw error;
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #respond(at: number, incoming: IncomingMessage, exchange: Exchange): Promise<void> {
    const bodyText = await text(incoming);
    const read = this.#read(incoming, bodyText);
    if ('status' in read) {
      this.refusals.push(read);
      return sendJson(exchange, read.status, read.body);
    }
    const { service, body } = read;
    const request: ModelRequest = {
      ...read.request,
      ...{ at, service: service.name, url: incoming.url ?? '', headers: incoming.headers, bodyText, body },
      idempotencyKey: incoming.headers['idempotency-key']?.toString(),
      status: null,
    };
    const {
      behave,
      headers,
      latencyMs = 0,
      keyOf = ({ prompt }) => prompt,
      observe,
      heldBack,
    } = this.#options;
    this.requests.push(request);
    const key = keyOf(request);
    const nthCall = increment(this.#calls, key);
    observe?.({ event: 'arrived', at, request });
    const behaviour = behave?.(request, nthCall);
    const usualWait = typeof latencyMs === 'number' ? latencyMs : latencyMs(request);
    const leftMs = at + (behaviour?.kind === 'delay' ? behaviour.ms : usualWait) - performance.now();
    if (leftMs > 0) await delay(leftMs, undefined, { signal: exchange.gone });
    await heldBack?.(request);
    exchange.gone.throwIfAborted();
    const limits = typeof headers === 'function' ? headers(request) : (headers ?? {});
    for (const [name, value] of Object.entries(limits)) {
      if (value !== undefined) exchange.response.setHeader(name, value);
    }
    const answering = (status: number) => {
      request.status = status;
      if (status === 200) increment(this.#answered, key);
      observe?.({ event: 'answered', at: performance.now(), request });
    };
    await perform(behaviour, { ...exchange, answering }, this.#usualAnswer(service, request));
  }

  /** The request, if it keeps to all rules, or what the service says to it. */
  #read(
    { method, url = '', headers }: IncomingMessage,
    bodyText: string,
  ): { service: ModelService; request: ReadRequest; body: JsonRecord } | Refusal {
    const { apiKey = 'test-key', models, supports = {} } = this.#options;
    const service = SERVICES.find(({ path }) => path === url.replace(/\?.*/, ''));
    if (service === undefined || method !== 'POST') return problem(404, `Invalid URL (${method} ${url})`);
    const refused = service.refuseHeaders(headers, apiKey ?? undefined);
    if (refused !== undefined) return refused;
    if (headers['content-type'] !== 'application/json') return problem(415, 'Unsupported content type');
    const body = parse(bodyText);
    if (body === undefined) return problem(400, 'We could not parse the JSON body of your request.');
    const request = service.read(body, supports);
    if ('status' in request) return request;
    if (models !== undefined && !models.includes(request.model)) return service.unknownModel(request.model);
    return { service, request, body };
  }

  #usualAnswer(service: ModelService, request: ModelRequest): object {
    const { answer = usualAnswer, finish, usage = usualUsage } = this.#options;
    const content = answer(request);
    return service.answer(request, content, finish?.(request) ?? 'complete', usage(request, content));
  }
}

function usualAnswer({ prompt, schema, form }: ModelRequest): string | object {
  const described = `described ${prompt.split('\n', 1)[0]}`;
  if (form === 'json-object') return { described };
  return schema === undefined ? described : (exampleOf(schema, described) as object);
}

function usualUsage({ messages }: ModelRequest, answer: string | object): Usage {
  const bytesOf = (value: unknown) =>
    Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
  const input = messages.reduce((bytes, { content }) => bytes + bytesOf(content), 0);
  return { input: Math.ceil(input / 4), output: Math.ceil(bytesOf(answer) / 4) };
}

function parse(body: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function problem(status: number, message: string): Refusal {
  return { status, body: { error: { message, type: 'invalid_request_error', param: null, code: null } } };
}

function increment(counts: Map<string, number>, key: string): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}
