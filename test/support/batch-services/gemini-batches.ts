import { createWriteStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { isRecord, type JsonRecord, type Refusal } from '../model-service.js';
import { openaiService } from '../openai-service.js';
import { allResults } from './all-results.js';
import { generateContentAnswer, readGenerateContent } from './generate-content.js';
import type { Job, JobFormat } from './jobs.js';
import { linesOfFile } from './line-file.js';
import type { Answered, LetIn, ServiceRoutes, Shelf } from './service-routes.js';
import type { StoredFile } from './stored-files.js';

export interface GeminiOptions {
  /** Tokens that may wait in batches at once, one for four bytes: more are refused at the creation. Default: any number. */
  readonly enqueuedTokens?: number;
  /** Where the bytes of a file are said to go. Default: here. */
  readonly uploadOrigin?: string;
  /** Responses stand in the batch itself, although the requests came in a file. */
  readonly inlinesResponses?: boolean;
  /** What names the output: the operation's response, its metadata, or both. Default: both. */
  readonly outputIn?: 'response' | 'metadata';
  /** How its states begin. Default `BATCH_STATE_`. */
  readonly statePrefix?: 'BATCH_STATE_' | 'JOB_STATE_';
  /** Looks at a new file that find it being looked through. Default 0. */
  readonly processingLooks?: number;
}

const HOUR_MS = 3_600_000;
/** Of a file, and of a batch. */
const KEPT_MS = 48 * HOUR_MS;
const MOST_BATCHES = 100;

/**
 * Gemini's Files and batches in their own form, and live calls in OpenAI's: the service is strict about the envelope at
 * once, and about each request only when it is run. (ai.google.dev/api/batch-api, ai.google.dev/api/files)
 */
export function geminiBatches(options: GeminiOptions = {}): ServiceRoutes {
  // One set of routes may serve several fakes.
  const known = new WeakMap<Shelf, Gemini>();
  const at = (shelf: Shelf): Gemini => {
    const gemini = known.get(shelf) ?? new Gemini(options);
    known.set(shelf, gemini);
    return gemini;
  };
  return {
    name: 'gemini',
    isMine: (place) => /^\/(models\/|files|batches|chat\/completions|upload\/|download\/)/.test(place),
    keyOf: (headers) =>
      headers['x-goog-api-key']?.toString() ?? /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1],
    refusedKey: (key) =>
      key === undefined
        ? refusal(403, 'PERMISSION_DENIED', "Method doesn't allow unregistered callers.")
        : refusal(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.'),
    live: {
      ...openaiService,
      read: (body, supports) =>
        'contents' in body ? readGenerateContent(body) : openaiService.read(body, supports),
    },
    serve: (request, shelf) => at(shelf).serve(request, shelf),
  };
}

/** An upload that has begun. */
interface Session {
  readonly key: string;
  readonly displayName: string;
  readonly mimeType: string;
  readonly bytes: number;
  readonly path: string;
  received: number;
}

class Gemini {
  readonly #sessions = new Map<string, Session>();
  readonly #looks = new Map<string, number>();
  #files = 0;

  constructor(private readonly options: GeminiOptions) {}

  async serve(request: LetIn, shelf: Shelf): Promise<Answered> {
    const { method, place } = request;
    const [, collection = '', id] = place.replace(/^\/(?:upload|download)\/v1beta/, '').split('/');
    if (place.startsWith('/upload/')) return this.#upload(request, shelf);
    if (collection === 'models' && id?.endsWith(':batchGenerateContent') && method === 'POST')
      return this.#create(request, shelf, id.replace(/:.*/, ''));
    if (collection === 'files') return this.#file(request, shelf, id);
    if (collection === 'batches') return this.#batch(request, shelf, id);
    return refusal(404, 'NOT_FOUND', `${place} was not found`);
  }

  async #upload({ headers, query, incoming, key, json }: LetIn, shelf: Shelf): Promise<Answered> {
    const command = headers['x-goog-upload-command'];
    const id = query.get('upload_id');
    if (id === null) {
      if (headers['x-goog-upload-protocol'] !== 'resumable' || command !== 'start')
        return refusal(400, 'INVALID_ARGUMENT', 'Only resumable uploads are known here.');
      const { file } = (await json()) ?? {};
      const { displayName, display_name: name = displayName } = isRecord(file) ? file : {};
      const session = `up-${this.#sessions.size + 1}`;
      this.#sessions.set(session, {
        key,
        displayName: String(name ?? ''),
        mimeType: String(headers['x-goog-upload-header-content-type']),
        bytes: Number(headers['x-goog-upload-header-content-length']),
        path: shelf.files.nextPath(),
        received: 0,
      });
      const origin = this.options.uploadOrigin ?? `http://${headers.host}`;
      const url = `${origin}/upload/v1beta/files?upload_id=${session}&upload_protocol=resumable`;
      return {
        status: 200,
        body: {},
        headers: { 'x-goog-upload-url': url, 'x-goog-upload-status': 'active' },
      };
    }
    const session = this.#sessions.get(id);
    if (session?.key !== key || Number(headers['x-goog-upload-offset']) !== session.received)
      return refusal(400, 'INVALID_ARGUMENT', 'No such upload, or not at this offset.');
    await pipeline(incoming, createWriteStream(session.path, { flags: 'a' }));
    session.received = (await stat(session.path)).size;
    if (command === 'upload') return { status: 200, body: {}, headers: { 'x-goog-upload-status': 'active' } };
    if (session.received !== session.bytes)
      return refusal(400, 'INVALID_ARGUMENT', 'The file is not of the size that was said.');
    const name = `files/f${++this.#files}`;
    const { displayName, mimeType, path, bytes } = session;
    const stored = shelf.files.add({ key, name: displayName, purpose: mimeType, path, bytes }, name);
    return {
      status: 200,
      body: { file: this.#fileObject(stored) },
      headers: { 'x-goog-upload-status': 'final' },
    };
  }

  #file({ method, key, query }: LetIn, shelf: Shelf, id: string | undefined): Answered {
    const isKept = ({ createdAt }: StoredFile) => shelf.now() < createdAt + KEPT_MS;
    if (id === undefined) {
      const files = shelf.files.of(key).filter((file) => isKept(file) && file.purpose !== OUTPUT);
      return page(
        'files',
        files.map((file) => this.#fileObject(file)),
        query,
      );
    }
    const [name = '', action] = id.split(':');
    const file = shelf.files.look(`files/${name}`, key);
    if (file === undefined || !isKept(file)) {
      const message = `You do not have permission to access the File ${name} or it may not exist.`;
      return refusal(403, 'PERMISSION_DENIED', message);
    }
    if (action === 'download') return { status: 200, path: file.path };
    if (method === 'DELETE') {
      shelf.files.delete(file.id);
      return { status: 200, body: {} };
    }
    return { status: 200, body: this.#fileObject(file) };
  }

  #fileObject({ id, name, purpose, bytes, createdAt }: StoredFile): object {
    const looks = (this.#looks.get(id) ?? 0) + 1;
    this.#looks.set(id, looks);
    const isThrough = looks > (this.options.processingLooks ?? 0);
    return {
      ...{ name: id, displayName: name, mimeType: purpose, sizeBytes: String(bytes) },
      createTime: new Date(createdAt).toISOString(),
      expirationTime: new Date(createdAt + KEPT_MS).toISOString(),
      uri: `https://generativelanguage.googleapis.com/v1beta/${id}`,
      state: isThrough ? 'ACTIVE' : 'PROCESSING',
      source: 'UPLOADED',
    };
  }

  async #create({ json, key }: LetIn, shelf: Shelf, model: string): Promise<Answered> {
    const { batch } = (await json()) ?? {};
    const read = isRecord(batch) ? batch : {};
    const displayName = read.displayName ?? read.display_name;
    const source = read.inputConfig ?? read.input_config;
    if (typeof displayName !== 'string' || !isRecord(source))
      return refusal(400, 'INVALID_ARGUMENT', 'display_name and input_config are required.');
    const fileName = source.fileName ?? source.file_name;
    const input =
      typeof fileName === 'string' ? inFile(fileName, key, shelf) : await inlined(source.requests, shelf);
    if ('body' in input) return input;
    const refused = this.#fullQueue(shelf, input.bytes);
    if (refused !== undefined) return refused;
    const job = shelf.jobs.create((nth) => `batches/b${nth}`, {
      service: 'gemini',
      ...{ key, tag: displayName, format: formatOf(model), lifetimeMs: KEPT_MS },
      ...{ inputPath: input.path, bytes: input.bytes, rows: await rowsIn(input.path) },
      more: { model, ...(typeof fileName === 'string' && { fileName }) },
    });
    return { status: 200, body: await this.#operation(job, shelf) };
  }

  #fullQueue(shelf: Shelf, bytes: number): Refusal | undefined {
    const waiting = shelf.jobs.all.filter(({ state }) => state !== 'ended');
    const tokens = waiting.reduce((sum, job) => sum + job.bytes, bytes) / 4;
    const { enqueuedTokens = Number.POSITIVE_INFINITY } = this.options;
    if (waiting.length < MOST_BATCHES && tokens <= enqueuedTokens) return undefined;
    return refusal(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).');
  }

  async #batch(request: LetIn, shelf: Shelf, id: string | undefined): Promise<Answered> {
    const { method, key, query } = request;
    if (id === undefined) {
      const jobs = shelf.jobs.of('gemini', key);
      return page('operations', await Promise.all(jobs.map((job) => this.#operation(job, shelf))), query);
    }
    const [name, action] = id.split(':');
    const job = shelf.jobs.get(`batches/${name}`, key);
    if (job === undefined) return refusal(404, 'NOT_FOUND', 'Requested entity was not found.');
    if (action === 'cancel') {
      if (job.state === 'ended') return refusal(400, 'FAILED_PRECONDITION', 'The batch has ended.');
      shelf.jobs.cancel(job);
      return { status: 200, body: {} };
    }
    if (method === 'DELETE') {
      shelf.jobs.delete(job.id);
      shelf.files.delete(outputName(job));
      return { status: 200, body: {} };
    }
    await shelf.jobs.poll(job);
    return { status: 200, body: await this.#operation(job, shelf) };
  }

  async #operation(job: Job, shelf: Shelf): Promise<object> {
    const { id, rows, succeeded, failed, createdAt, tag } = job;
    const { outputIn, statePrefix = 'BATCH_STATE_' } = this.options;
    const isDone = job.state === 'ended';
    const output = isDone ? await this.#output(job, shelf) : undefined;
    const failure = job.failures[0];
    return {
      name: id,
      metadata: {
        '@type': 'type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch',
        ...{ name: id, displayName: tag, model: `models/${job.more.model}` },
        state: `${statePrefix}${stateOf(job)}`,
        createTime: new Date(createdAt).toISOString(),
        updateTime: new Date(shelf.now()).toISOString(),
        ...(job.more.fileName !== undefined && { inputConfig: { fileName: job.more.fileName } }),
        batchStats: {
          requestCount: String(rows),
          ...count('successfulRequestCount', succeeded),
          ...count('failedRequestCount', failed),
          ...count('pendingRequestCount', isDone ? 0 : rows - succeeded - failed),
        },
        ...(output !== undefined && outputIn !== 'response' && { output }),
      },
      ...(isDone && { done: true }),
      ...(output !== undefined && outputIn !== 'metadata' && { response: { ...TYPED, ...output } }),
      ...(job.end === 'cancelled' && { error: { code: 1, message: 'The operation was cancelled.' } }),
      ...(failure && { error: { code: Number(failure.code) || 3, message: failure.message } }),
    };
  }

  /** Undefined where there is none: of an expired batch nothing is kept. */
  async #output(job: Job, shelf: Shelf): Promise<object | undefined> {
    if (job.end === 'expired' || job.end === 'failed' || job.output === undefined) return undefined;
    const path = await allResults(job);
    if (this.options.inlinesResponses || job.more.fileName === undefined) {
      const lines: string[] = [];
      for await (const line of linesOfFile(path)) if (line !== '') lines.push(line);
      return { inlinedResponses: { inlinedResponses: lines.map(inlinedOf) } };
    }
    const name = outputName(job);
    if (!this.#outputs.has(name)) {
      this.#outputs.add(name);
      const { size: bytes } = await stat(path);
      shelf.files.add({ key: job.key, name, purpose: OUTPUT, path, bytes }, name);
    }
    return { responsesFile: name };
  }

  /** Listed already: what is deleted does not come back. */
  readonly #outputs = new Set<string>();
}

/** The purpose of files that the service makes itself: its list does not have them. */
const OUTPUT = 'batch_output';
const TYPED = {
  '@type': 'type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatchOutput',
};

function outputName({ id }: Job): string {
  return `files/batch-${id.replace('batches/', '')}`;
}

function stateOf({ state, end }: Job): string {
  if (state === 'ended') return end === 'completed' || end === undefined ? 'SUCCEEDED' : end.toUpperCase();
  // Its output is not there yet.
  if (state === 'finalizing') return 'SUCCEEDED';
  return state === 'validating' ? 'PENDING' : 'RUNNING';
}

/** JSON of protocol buffers leaves a 0 out, and has 64 bits in a text. */
function count(name: string, value: number): Record<string, string> {
  return value === 0 ? {} : { [name]: String(value) };
}

function inlinedOf(line: string): object {
  const { key, ...result }: JsonRecord = JSON.parse(line);
  return { ...result, metadata: { key } };
}

interface Input {
  readonly path: string;
  readonly bytes: number;
}

function inFile(name: string, key: string, shelf: Shelf): Input | Refusal {
  const file = shelf.files.look(name, key);
  if (file !== undefined && shelf.now() < file.createdAt + KEPT_MS) return file;
  const id = name.replace('files/', '');
  return refusal(
    403,
    'PERMISSION_DENIED',
    `You do not have permission to access the File ${id} or it may not exist.`,
  );
}

async function inlined(requests: unknown, shelf: Shelf): Promise<Input | Refusal> {
  const list = isRecord(requests) ? requests.requests : undefined;
  if (!Array.isArray(list)) return refusal(400, 'INVALID_ARGUMENT', 'input_config is empty.');
  const text = list
    .map(({ request, metadata }) => `${JSON.stringify({ key: metadata?.key, request })}\n`)
    .join('');
  const path = shelf.files.nextPath();
  await writeFile(path, text);
  return { path, bytes: Buffer.byteLength(text) };
}

async function rowsIn(path: string): Promise<number> {
  let rows = 0;
  for await (const line of linesOfFile(path)) if (line !== '') rows++;
  return rows;
}

function formatOf(model: string): JobFormat {
  return {
    readLine: (text, line) => {
      try {
        const { key, request }: JsonRecord = JSON.parse(text);
        if (isRecord(request)) return { id: String(key), body: request };
      } catch {
        // It is said below.
      }
      return { code: '3', message: `Line ${line} is no request.`, line };
    },
    resultLine: ({ id, body }, outcome) => {
      const line = (result: object) => ({
        file: 'output' as const,
        text: JSON.stringify({ key: id, ...result }),
      });
      switch (outcome.kind) {
        case 'answer': {
          const request = readGenerateContent({ model, ...body });
          if ('status' in request) return line({ error: rpcError(request) });
          const { content, finish = 'complete', usage } = outcome;
          return line({ response: generateContentAnswer(request, content, finish, usage) });
        }
        case 'refusal':
          return line({ error: rpcError(outcome) });
        case 'error':
          return line({ error: { code: Number(outcome.code), message: outcome.message } });
        case 'empty':
          return line({ response: {} });
        case 'missing':
          return undefined;
      }
    },
    unrunLine: (id, end) =>
      end === 'cancelled'
        ? JSON.stringify({ key: id, error: { code: 1, message: 'The operation was cancelled.' } })
        : undefined,
  };
}

const RPC_CODES: Readonly<Record<number, number>> = {
  400: 3,
  403: 7,
  404: 5,
  429: 8,
  500: 13,
  503: 14,
  504: 4,
};

function rpcError({ status, body }: { status: number; body: object }): object {
  const { error } = body as { error?: { message?: string } };
  return { code: RPC_CODES[status] ?? 13, message: error?.message ?? 'An internal error has occurred.' };
}

function page(name: 'files' | 'operations', all: readonly object[], query: URLSearchParams): Answered {
  const size = Math.min(100, Number(query.get('pageSize') ?? 10));
  const from = Number(query.get('pageToken') ?? 0);
  const members = all.slice(from, from + size);
  const next = from + size < all.length ? { nextPageToken: String(from + size) } : {};
  // An empty list is left out, as all that is empty.
  return { status: 200, body: { ...(members.length > 0 && { [name]: members }), ...next } };
}

function refusal(status: number, name: string, message: string): Refusal {
  return { status, body: { error: { code: status, message, status: name } } };
}
