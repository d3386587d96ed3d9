import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ReadRequest, Usage } from '../model-service.js';
import { exampleOf } from '../schema-rules.js';
import { type InputLine, type Job, Jobs } from './jobs.js';
import type { BatchBehaviour, Fault, HttpRequest, NewBatch, RowOutcome, RowRequest } from './knobs.js';
import { Ledger } from './ledger.js';
import { OPENAI_VARIANTS, openaiBatches, parsed } from './openai-batches.js';
import type { Answered, LetIn, ServiceRoutes, Shelf } from './service-routes.js';
import { StoredFiles } from './stored-files.js';

export type { BatchBehaviour, Fault, HttpRequest, NewBatch, RowOutcome, RowRequest } from './knobs.js';

export interface FakeBatchOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The keys that are let in; each sees its own files and batches alone. Default `['test-key']`. */
  readonly keys?: readonly string[];
  /** Whose way of OpenAI's API it has. Default `openai`. */
  readonly variant?: keyof typeof OPENAI_VARIANTS;
  /** What becomes of a request, in a batch as in a live call. Default: `described ` and the prompt's first line. */
  readonly answer?: (request: RowRequest) => string | RowOutcome;
  /** Of an answer that says none. Default: a token for every 4 characters. */
  readonly usage?: (prompt: string, content: string | object) => Usage;
  /** Default: all goes well, and a batch has ended when it is polled. */
  readonly behave?: (batch: NewBatch) => BatchBehaviour;
  readonly fault?: (request: HttpRequest) => Fault | undefined;
  /** Tokens that may wait in batches at once. Default: any number. */
  readonly enqueuedTokens?: number;
  /** Looks that do not find a file that was uploaded. Default 0. */
  readonly filesHiddenFor?: number;
  /** Default 200 MB. */
  readonly maxUploadBytes?: number;
  /** The services there are. Default: the OpenAI variant. */
  readonly services?: readonly ServiceRoutes[];
}

/**
 * Model services with batch APIs on the loopback interface: files on disk, states that go on with each poll, a virtual
 * clock, a bill for each request that is run. Who starts it closes it; see `fakeBatchesForTest`.
 */
export async function startFakeBatchServer(options: FakeBatchOptions = {}): Promise<FakeBatchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'batchai-fake-'));
  const server = new FakeBatchServer(options, folder);
  await server.listen();
  return server;
}

export class FakeBatchServer {
  readonly ledger = new Ledger();
  readonly files: StoredFiles;
  readonly jobs: Jobs;
  /** Every request over HTTP that kept to the rules of HTTP, as `POST /v1/batches`. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #shelf: Shelf;
  readonly #services: readonly ServiceRoutes[];
  readonly #counts = new Map<string, number>();
  #aheadMs = 0;
  #port = 0;

  constructor(
    private readonly options: FakeBatchOptions,
    private readonly folder: string,
  ) {
    const now = () => Date.now() + this.#aheadMs;
    this.files = new StoredFiles(folder, now, options.filesHiddenFor ?? 0);
    this.jobs = new Jobs({
      folder,
      now,
      behave: options.behave ?? (() => ({})),
      run: (job, line) => this.#runInBatch(job, line),
      enqueuedTokens: options.enqueuedTokens ?? Number.POSITIVE_INFINITY,
    });
    const { maxUploadBytes = 200_000_000, services, variant = 'openai' } = options;
    this.#shelf = { files: this.files, jobs: this.jobs, now, maxUploadBytes };
    this.#services = services ?? [openaiBatches(OPENAI_VARIANTS[variant])];
    this.#server = createServer((request, response) => void this.#serve(request, response));
    // An idle connection is never closed from here: it would look like a reset that no test asked for.
    this.#server.keepAliveTimeout = 0;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.options.port ?? 0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error(`wanted a port, got ${address}`);
    this.#port = address.port;
  }

  /** The base URL, as a fabric file has it. */
  get url(): string {
    return `${this.origin}/v1`;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Lets virtual time pass. Batches notice when they are polled. */
  advance(ms: number): void {
    this.#aheadMs += ms;
  }

  /** How often a route was asked for: `count('POST /v1/batches')`. */
  count(route: string): number {
    return this.#counts.get(route) ?? 0;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    await rm(this.folder, { recursive: true, force: true });
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(incoming.url ?? '/', this.origin);
      if (url.pathname === '/ledger') return send(response, { status: 200, body: this.ledger.totals });
      const fault = this.#fault(incoming.method ?? '', url.pathname);
      if (fault?.kind === 'reset') return void incoming.socket.destroy();
      if (fault?.kind === 'status' || fault?.kind === 'silence') {
        for await (const _ of incoming);
        if (fault.kind === 'silence') return;
        const { status, body = { error: { message: 'told to' } }, headers = {}, text: plain } = fault;
        if (plain !== undefined) return void response.writeHead(status, headers).end(plain);
        return await send(response, { status, body, headers });
      }
      const answered = await this.#answer(incoming, url);
      if (fault?.kind === 'lost-answer') return void incoming.socket.destroy();
      await (fault?.kind === 'cut' ? sendCut(response, answered, fault.bytes) : send(response, answered));
    } catch (error) {
      // Once the caller has hung up, whatever fails fails because of that. Anything else is a test's mistake.
      if (incoming.socket.destroyed || response.destroyed) return;
      response.destroy();
      throw error;
    }
  }

  #fault(method: string, path: string): Fault | undefined {
    const route = `${method} ${path.replace(/(\/(?:files|batches|jobs))\/(?!upload$)[^/:]+/g, '$1/*')}`;
    const nth = (this.#counts.get(route) ?? 0) + 1;
    this.#counts.set(route, nth);
    this.requests.push(route);
    return this.options.fault?.({ method, route, nth });
  }

  async #answer(incoming: IncomingMessage, url: URL): Promise<Answered> {
    const place = url.pathname.replace(/^(\/openai)?(\/v1(beta)?)?(\/openai)?(?=\/)/, '');
    const service = this.#services.find(({ isMine }) => isMine(place));
    if (service === undefined) {
      return {
        status: 404,
        body: { error: { message: `Invalid URL (${incoming.method} ${url.pathname})` } },
      };
    }
    const { headers, method = '' } = incoming;
    const key = service.keyOf(headers);
    if (key === undefined || !(this.options.keys ?? ['test-key']).includes(key))
      return service.refusedKey(key);
    const json = async () => parsed(await text(incoming));
    const request: LetIn = { method, place, query: url.searchParams, headers, key, incoming, json };
    const isLive = method === 'POST' && service.live.path.endsWith(place);
    return isLive ? this.#live(service, request) : service.serve(request, this.#shelf);
  }

  async #live({ live, name }: ServiceRoutes, { json }: LetIn): Promise<Answered> {
    const body = await json();
    const read = body === undefined ? undefined : live.read(body, {});
    if (read === undefined)
      return { status: 400, body: { error: { message: 'We could not parse the JSON body.' } } };
    if ('status' in read) return read;
    const outcome = this.#outcome({
      ...read,
      service: name,
      id: undefined,
      nth: this.ledger.ask(read.prompt),
    });
    if (outcome.kind === 'refusal') return { status: outcome.status, body: outcome.body };
    if (outcome.kind !== 'answer')
      return { status: 500, body: { error: { message: 'The server had an error.' } } };
    const usage = this.#usage(read, outcome);
    this.ledger.bill(read.prompt, 'live', usage);
    return { status: 200, body: live.answer(read, outcome.content, outcome.finish ?? 'complete', usage) };
  }

  #runInBatch(job: Job, { id, body }: InputLine): RowOutcome {
    const { live, name } = this.#services.find((service) => service.name === job.service) ?? {};
    if (live === undefined || name === undefined) throw new Error(`no service ${job.service}`);
    const read = live.read({ model: job.more.model, ...body }, {});
    if ('status' in read) return { kind: 'refusal', status: read.status, body: read.body };
    const outcome = this.#outcome({ ...read, service: name, id, nth: this.ledger.ask(read.prompt) });
    if (outcome.kind === 'refusal' || outcome.kind === 'error') return outcome;
    const usage = this.#usage(read, outcome);
    this.ledger.bill(read.prompt, 'batch', usage);
    return outcome.kind === 'answer' ? { ...outcome, usage } : outcome;
  }

  #outcome(request: RowRequest): RowOutcome {
    const outcome = this.options.answer?.(request) ?? usualAnswer(request);
    return typeof outcome === 'string' ? { kind: 'answer', content: outcome } : outcome;
  }

  #usage({ prompt, system = '' }: ReadRequest, outcome: RowOutcome): Usage {
    const { usage = usualUsage } = this.options;
    const content = outcome.kind === 'answer' ? outcome.content : '';
    return (outcome.kind === 'answer' && outcome.usage) || usage(system + prompt, content);
  }
}

function usualAnswer({ prompt, schema, form }: RowRequest): string | RowOutcome {
  const described = `described ${prompt.split('\n', 1)[0]}`;
  if (form === 'json-object') return { kind: 'answer', content: { described } };
  return schema === undefined
    ? described
    : { kind: 'answer', content: exampleOf(schema, described) as object };
}

function usualUsage(prompt: string, content: string | object): Usage {
  const output = typeof content === 'string' ? content : JSON.stringify(content);
  return { input: Math.ceil(prompt.length / 4), output: Math.ceil(output.length / 4) };
}

async function send(response: ServerResponse, answered: Answered): Promise<void> {
  if ('path' in answered) {
    const { size } = await stat(answered.path);
    response.writeHead(answered.status, { ...answered.headers, 'content-length': size });
    await pipeline(createReadStream(answered.path, { highWaterMark: 256 * 1024 }), response);
    return;
  }
  const body = JSON.stringify(answered.body);
  response.writeHead(answered.status, {
    'content-type': 'application/json',
    ...answered.headers,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** The first bytes of an answer that promised more. */
async function sendCut(response: ServerResponse, answered: Answered, bytes: number): Promise<void> {
  const whole =
    'path' in answered
      ? await text(createReadStream(answered.path, { start: 0, end: bytes - 1 }))
      : JSON.stringify(answered.body);
  response.writeHead(answered.status, { ...answered.headers, 'content-length': bytes + whole.length + 1 });
  response.write(whole.slice(0, bytes), () => response.destroy());
}
