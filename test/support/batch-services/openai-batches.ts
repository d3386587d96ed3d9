import { isRecord, type Refusal } from '../model-service.js';
import { openaiService } from '../openai-service.js';
import type { InputLine, Job, JobFormat } from './jobs.js';
import { blocksOfLines, type LineFile } from './line-file.js';
import { readForm } from './read-form.js';
import type { Answered, LetIn, ServiceRoutes, Shelf } from './service-routes.js';
import type { StoredFile } from './stored-files.js';

/** What the services that follow OpenAI do in their own way. */
export interface OpenaiVariant {
  readonly endpoint: string;
  readonly uploadPlace: string;
  readonly purpose: string;
  readonly keyHeader: 'authorization' | 'api-key';
  /** Together's jobs, in upper case and without counts or metadata. */
  readonly isTogether: boolean;
}

export const OPENAI_VARIANTS = {
  openai: {
    endpoint: '/v1/chat/completions',
    uploadPlace: '/files',
    purpose: 'batch',
    keyHeader: 'authorization',
    isTogether: false,
  },
  azure: {
    endpoint: '/chat/completions',
    uploadPlace: '/files',
    purpose: 'batch',
    keyHeader: 'api-key',
    isTogether: false,
  },
  together: {
    endpoint: '/v1/chat/completions',
    uploadPlace: '/files/upload',
    purpose: 'batch-api',
    keyHeader: 'authorization',
    isTogether: true,
  },
} as const satisfies Record<string, OpenaiVariant>;

/** OpenAI's files and batches, as strict as the service is. (platform.openai.com/docs/api-reference/batch) */
export function openaiBatches(variant: OpenaiVariant): ServiceRoutes {
  return {
    name: 'openai',
    isMine: (place) => /^\/(files|batches|chat\/completions)\b/.test(place),
    keyOf: (headers) =>
      variant.keyHeader === 'api-key'
        ? headers['api-key']?.toString()
        : /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1],
    refusedKey: (key) =>
      refusal(
        401,
        key === undefined ? "You didn't provide an API key." : `Incorrect API key provided: ${key}.`,
        {
          code: 'invalid_api_key',
        },
      ),
    live: openaiService,
    serve: (request, shelf) => serve(request, shelf, variant),
  };
}

async function serve(request: LetIn, shelf: Shelf, variant: OpenaiVariant): Promise<Answered> {
  const { method, place } = request;
  const [, kind, id, action] = place.split('/');
  const list: FilePlaces['list'] = (files, query) => page(files, query, 10_000);
  const file = await serveFiles(request, shelf, { ...variant, list });
  if (file !== undefined) return file;
  if (kind === 'batches') return serveBatch(request, shelf, variant, id, action);
  return notFound(`Invalid URL (${method} ${place})`);
}

/** How a service has its files, where it has them as OpenAI. */
export interface FilePlaces {
  readonly uploadPlace: string;
  readonly purpose: string;
  /** What a file has beside OpenAI's fields. */
  readonly more?: object;
  /** A page of all files. */
  readonly list: (files: readonly object[], query: URLSearchParams) => object;
}

/** Undefined where it is no request for files. */
export async function serveFiles(
  request: LetIn,
  shelf: Shelf,
  places: FilePlaces,
): Promise<Answered | undefined> {
  const { method, place } = request;
  const [, kind, id, action] = place.split('/');
  if (method === 'POST' && place === places.uploadPlace) return upload(request, shelf, places);
  return kind === 'files' ? serveFile(request, shelf, places, id, action) : undefined;
}

async function upload(
  { incoming, headers, key }: LetIn,
  shelf: Shelf,
  places: FilePlaces,
): Promise<Answered> {
  const path = shelf.files.nextPath();
  const form = await readForm(incoming, headers['content-type'] ?? '', path);
  if (form?.file === undefined) return refusal(400, "Missing required parameter: 'file'.", { param: 'file' });
  const purpose = form.fields.get('purpose');
  if (purpose !== places.purpose)
    return refusal(400, `'${purpose}' is not one of the purposes.`, { param: 'purpose' });
  const { name, bytes } = form.file;
  if (!name.endsWith('.jsonl')) return refusal(400, 'Invalid file format for Batch API. Must be .jsonl');
  if (bytes > shelf.maxUploadBytes) return refusal(413, 'File is too large.');
  if (!(await isUtf8(path))) return refusal(400, 'Invalid file for Batch API. Must be utf-8 encoded');
  return ok({ ...fileObject(shelf.files.add({ key, name, purpose, path, bytes })), ...places.more });
}

async function isUtf8(path: string): Promise<boolean> {
  for await (const lines of blocksOfLines(path)) {
    if (lines[0]?.charCodeAt(0) === 0xfeff || lines.some((line) => line.includes('\ufffd'))) return false;
  }
  return true;
}

function serveFile(
  { method, key, query }: LetIn,
  { files }: Shelf,
  places: FilePlaces,
  id: string | undefined,
  action: string | undefined,
): Answered {
  if (id === undefined) {
    const purpose = query.get('purpose');
    const all = files.of(key).filter((file) => purpose === null || file.purpose === purpose);
    const objects = all.map((file) => ({ ...fileObject(file), ...places.more }));
    return ok(places.list(objects, query));
  }
  const file = files.look(id, key);
  if (file === undefined) return notFound(`No such File object: ${id}`, 'id');
  if (method === 'DELETE') {
    files.delete(id);
    return ok({ id, object: 'file', deleted: true });
  }
  if (action === 'content') {
    return { status: 200, path: file.path, headers: { 'content-type': 'application/octet-stream' } };
  }
  return ok({ ...fileObject(file), ...places.more });
}

async function serveBatch(
  request: LetIn,
  shelf: Shelf,
  variant: OpenaiVariant,
  id: string | undefined,
  action: string | undefined,
): Promise<Answered> {
  const { method, key, query } = request;
  const shown = (job: Job) => (variant.isTogether ? togetherJob(job, shelf) : batchObject(job, shelf));
  if (id === undefined) {
    if (method === 'POST') {
      const job = await create(request, shelf, variant);
      if ('status' in job) return job;
      return ok(variant.isTogether ? { job: shown(job), warning: null } : shown(job));
    }
    const jobs = shelf.jobs.of('openai', key).map(shown);
    return ok(variant.isTogether ? jobs : page(jobs, query, 100));
  }
  const job = shelf.jobs.get(id, key);
  if (job === undefined) return notFound(`No batch found with id '${id}'.`);
  if (method === 'POST' && action === 'cancel') {
    if (job.state === 'ended') {
      return refusal(409, `Cannot cancel a batch with status '${job.end}'.`);
    }
    shelf.jobs.cancel(job);
    return ok(shown(job));
  }
  await shelf.jobs.poll(job);
  return ok(shown(job));
}

async function create({ json, key }: LetIn, shelf: Shelf, variant: OpenaiVariant): Promise<Job | Refusal> {
  const { input_file_id: fileId, endpoint, completion_window: window, metadata } = (await json()) ?? {};
  const missing = Object.entries({ input_file_id: fileId, endpoint, completion_window: window }).find(
    ([, value]) => typeof value !== 'string',
  );
  if (missing !== undefined)
    return refusal(400, `Missing required parameter: '${missing[0]}'.`, { param: missing[0] });
  if (endpoint !== variant.endpoint)
    return refusal(400, `Invalid value: '${endpoint}'.`, { param: 'endpoint' });
  if (window !== '24h') return refusal(400, `Invalid value: '${window}'.`, { param: 'completion_window' });
  const file = shelf.files.look(String(fileId), key);
  if (file === undefined) {
    const message = `Cannot find file ${fileId}, or project proj_fake does not have access to it.`;
    return refusal(400, message, { param: 'file_id' });
  }
  if (metadata !== undefined && variant.isTogether) return refusal(400, 'unknown field: metadata');
  const tags = isRecord(metadata) ? metadata : {};
  const isText = (value: unknown) => typeof value === 'string' && value.length <= 512;
  if (Object.keys(tags).length > 16 || !Object.values(tags).every(isText)) {
    return refusal(400, 'Invalid metadata.', { param: 'metadata' });
  }
  return shelf.jobs.create((nth) => `batch_${nth}`, {
    service: 'openai',
    key,
    inputPath: file.path,
    rows: await rowsIn(file.path),
    bytes: file.bytes,
    tag: typeof tags.batchai === 'string' ? tags.batchai : undefined,
    format: formatOf(variant.endpoint),
    more: { metadata: metadata ?? null, inputFile: file.id, endpoint },
  });
}

export async function rowsIn(path: string): Promise<number> {
  let rows = 0;
  for await (const lines of blocksOfLines(path)) rows += lines.length;
  return rows;
}

function formatOf(endpoint: string): JobFormat {
  let model: unknown;
  return {
    readLine: (text, line) => {
      if (text.trim() === '') return { code: 'invalid_json_line', message: 'This line is blank.', line };
      const value = parsed(text);
      if (value === undefined) {
        return { code: 'invalid_json_line', message: 'This line is not parseable as valid JSON.', line };
      }
      const { custom_id: id, method, url, body } = value;
      if (typeof id !== 'string' || method !== 'POST' || !isRecord(body)) {
        return { code: 'invalid_request', message: 'custom_id, method and body are required.', line };
      }
      if (url !== endpoint) {
        return {
          code: 'url_mismatch',
          message: 'The URL of this line does not match the endpoint of the batch.',
          line,
        };
      }
      return { id, body };
    },
    check: ({ id, body }, line, job) => {
      if (job.ids.size === 0) model = body.model;
      if (job.ids.has(id))
        return { code: 'duplicate_custom_id', message: `The custom_id '${id}' is not unique.`, line };
      job.ids.add(id);
      if (body.model !== model) {
        return {
          code: 'mismatched_model',
          message: 'All requests of a batch must have the same model.',
          line,
        };
      }
      if ('stream' in body)
        return { code: 'invalid_request', message: "'stream' is not supported in batches.", line };
      return undefined;
    },
    resultLine: openaiResult,
    unrunLine: (id, end) =>
      JSON.stringify({
        id: `batch_req_${id}`,
        custom_id: id,
        response: null,
        error: {
          code: `batch_${end}`,
          message:
            end === 'expired'
              ? 'This request could not be executed before the completion window expired.'
              : 'This request was not executed before the batch was cancelled.',
        },
      }),
  };
}

/** The line of a result, as OpenAI and Mistral write it. */
export const openaiResult: JobFormat['resultLine'] = ({ id, body }: InputLine, outcome) => {
  const line = (response: object | null, error: object | null = null) =>
    JSON.stringify({ id: `batch_req_${id}`, custom_id: id, response, error });
  switch (outcome.kind) {
    case 'answer': {
      const { content, finish = 'complete', usage } = outcome;
      const answer = openaiService.answer(
        {
          model: String(body.model),
          system: undefined,
          prompt: '',
          messages: [],
          files: [],
          form: 'text',
          schema: undefined,
        },
        content,
        finish,
        usage,
      );
      return { file: 'output', text: line({ status_code: 200, request_id: `req_${id}`, body: answer }) };
    }
    case 'refusal':
      return {
        file: 'error',
        text: line({ status_code: outcome.status, request_id: `req_${id}`, body: outcome.body }),
      };
    case 'error':
      return { file: 'error', text: line(null, { code: outcome.code, message: outcome.message }) };
    case 'empty':
      return {
        file: 'output',
        text: line({ status_code: outcome.status, request_id: `req_${id}`, body: null }),
      };
    case 'missing':
      return undefined;
  }
};

/** Lists a job's file among the service's once it has ended; what stands for one without lines. */
export function resultFile(job: Job, kind: 'output' | 'error', { files }: Shelf): string | null {
  const file: LineFile | undefined = job[kind];
  if (job.state !== 'ended' || file === undefined) return null;
  const { emptyFile = 'null' } = job.behaviour;
  if (file.lines === 0 && emptyFile !== 'file') return emptyFile === 'text' ? '' : null;
  const id = `file-${kind}-${job.nth}`;
  if (!known.has(file)) {
    known.add(file);
    const { key } = job;
    files.add(
      { key, name: `${job.id}_${kind}.jsonl`, purpose: 'batch_output', path: file.path, bytes: file.bytes },
      id,
    );
  }
  return id;
}

/** Listed already: what is deleted does not come back. */
const known = new WeakSet<LineFile>();

function batchObject(job: Job, shelf: Shelf): object {
  const state = wordOf(job);
  const seconds = (ms: number | undefined) => (ms === undefined ? null : Math.floor(ms / 1_000));
  const endedAs = (end: string) => (job.end === end ? seconds(job.endedAt) : null);
  return {
    id: job.id,
    object: 'batch',
    endpoint: job.more.endpoint,
    errors: job.end === 'failed' ? { object: 'list', data: job.failures.map(listed) } : null,
    input_file_id: job.more.inputFile,
    completion_window: '24h',
    status: state,
    output_file_id: resultFile(job, 'output', shelf),
    error_file_id: resultFile(job, 'error', shelf),
    created_at: seconds(job.createdAt),
    in_progress_at: state === 'validating' ? null : seconds(job.createdAt),
    expires_at: seconds(job.expiresAt),
    finalizing_at: null,
    completed_at: endedAs('completed'),
    failed_at: endedAs('failed'),
    expired_at: endedAs('expired'),
    cancelling_at: null,
    cancelled_at: endedAs('cancelled'),
    request_counts:
      state === 'validating' || job.end === 'failed'
        ? { total: 0, completed: 0, failed: 0 }
        : { total: job.rows, completed: job.succeeded, failed: job.failed },
    metadata: job.more.metadata,
  };
}

function listed({ code, message, line }: { code: string; message: string; line?: number }): object {
  return { code, message, param: null, line: line ?? null };
}

function togetherJob(job: Job, shelf: Shelf): object {
  return {
    id: job.id,
    user_id: 'user-fake',
    input_file_id: job.more.inputFile,
    status: wordOf(job).toUpperCase(),
    job_deadline: new Date(job.expiresAt).toISOString(),
    created_at: new Date(job.createdAt).toISOString(),
    endpoint: job.more.endpoint,
    progress: job.state === 'ended' ? 100 : 0,
    output_file_id: resultFile(job, 'output', shelf) ?? undefined,
    error_file_id: resultFile(job, 'error', shelf) ?? undefined,
    error: job.failures[0]?.message,
  };
}

function wordOf(job: Job): string {
  if (job.state === 'ended') return job.end ?? 'completed';
  return job.state === 'running' ? 'in_progress' : job.state;
}

function fileObject({ id, bytes, createdAt, name, purpose }: StoredFile): { id: string } {
  const created = Math.floor(createdAt / 1_000);
  return {
    ...{ id, object: 'file', bytes, created_at: created, filename: name, purpose },
    ...{ status: 'processed' },
  };
}

/** A page of a list behind the object that `after` names. */
export function page(all: readonly object[], query: URLSearchParams, most: number): object {
  const limit = Math.min(most, Number(query.get('limit') ?? 20));
  const after = query.get('after');
  const idOf = (object: object | undefined) => (object as { id?: string } | undefined)?.id ?? null;
  const from = after === null ? 0 : all.findIndex((object) => idOf(object) === after) + 1;
  const data = all.slice(from, from + limit);
  return {
    object: 'list',
    data,
    first_id: idOf(data[0]),
    last_id: idOf(data.at(-1)),
    has_more: from + limit < all.length,
  };
}

export function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function ok(body: object): Answered {
  return { status: 200, body };
}

export function notFound(message: string, param?: string): Refusal {
  return refusal(404, message, param === undefined ? {} : { param });
}

export function refusal(
  status: number,
  message: string,
  more: { param?: string; code?: string } = {},
): Refusal {
  const error = {
    message,
    type: 'invalid_request_error',
    param: more.param ?? null,
    code: more.code ?? null,
  };
  return { status, body: { error } };
}
