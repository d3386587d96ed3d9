import { writeFile } from 'node:fs/promises';
import { anthropicService } from '../anthropic-service.js';
import { isRecord, type Refusal } from '../model-service.js';
import { allResults } from './all-results.js';
import type { Job, JobFormat } from './jobs.js';
import type { Answered, LetIn, ServiceRoutes, Shelf } from './service-routes.js';

export interface AnthropicOptions {
  /** Where results are said to be. Default: here. */
  readonly resultsOrigin?: string;
}

/** Ours, and the one of the official client of today. */
const VERSIONS = new Set(['2023-06-01', '2026-10-21']);
const MOST_REQUESTS = 100_000;
const DAY_MS = 24 * 3_600_000;
/** So long after its creation a batch is archived. */
const KEPT_MS = 29 * DAY_MS;

/**
 * Anthropic's Message Batches: the envelope is checked at once, each request only when it is run, and nothing is counted
 * before the end. (platform.claude.com/docs/en/api/creating-message-batches)
 */
export function anthropicBatches(options: AnthropicOptions = {}): ServiceRoutes {
  return {
    name: 'anthropic',
    isMine: (place) => /^\/messages\b/.test(place),
    // Its client of today sends the key as a bearer's.
    keyOf: (headers) =>
      headers['x-api-key']?.toString() ?? /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1],
    refusedKey: (key) =>
      refusal(
        401,
        key === undefined ? 'x-api-key header is required' : 'invalid x-api-key',
        'authentication_error',
      ),
    live: { ...anthropicService, answer: (...answer) => servedAs('standard', ...answer) },
    serve: (request, shelf) => serve(request, shelf, options),
  };
}

async function serve(request: LetIn, shelf: Shelf, options: AnthropicOptions): Promise<Answered> {
  const { method, place, key, headers } = request;
  if (!VERSIONS.has(String(headers['anthropic-version'])))
    return refusal(400, 'anthropic-version: header is required');
  const [, , collection, id, action] = place.split('/');
  const shown = (job: Job) => batchObject(job, request, shelf, options);
  if (collection !== 'batches') return notFound('Not found');
  if (id === undefined) {
    if (method !== 'POST')
      return { status: 200, body: page(shelf.jobs.of('anthropic', key), request, shown) };
    const job = await create(request, shelf);
    return 'status' in job ? job : { status: 200, body: shown(job) };
  }
  const job = shelf.jobs.get(id, key);
  if (job === undefined) return notFound(`Message Batch ${id} not found`);
  if (action === 'results') return results(job, shelf);
  if (method === 'DELETE') {
    if (job.state !== 'ended') return refusal(400, `Message Batch ${id} is still in progress`);
    shelf.jobs.delete(id);
    return { status: 200, body: { id, type: 'message_batch_deleted' } };
  }
  if (action === 'cancel') {
    if (job.state === 'ended') return refusal(400, `Message Batch ${id} has already ended`);
    shelf.jobs.cancel(job);
  } else await shelf.jobs.poll(job);
  return { status: 200, body: shown(job) };
}

async function create({ json, key, headers }: LetIn, shelf: Shelf): Promise<Job | Refusal> {
  const bytes = Number(headers['content-length'] ?? 0);
  if (bytes > shelf.maxUploadBytes)
    return refusal(413, 'Request exceeds the maximum size', 'request_too_large');
  const { requests, ...more } = (await json()) ?? {};
  const [extra] = Object.keys(more);
  if (extra !== undefined) return refusal(400, `${extra}: Extra inputs are not permitted`);
  const problem = problemOf(requests);
  if (problem !== undefined || !Array.isArray(requests))
    return refusal(400, problem ?? 'requests: Field required');
  const inputPath = shelf.files.nextPath();
  await writeFile(inputPath, requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
  return shelf.jobs.create((nth) => `msgbatch_${nth}`, {
    service: 'anthropic',
    ...{ key, inputPath, bytes, rows: requests.length, tag: undefined, format: FORMAT, more: {} },
  });
}

/** What of the envelope is wrong. What is in `params` is looked at when its turn comes. */
function problemOf(requests: unknown): string | undefined {
  if (!Array.isArray(requests) || requests.length === 0) return 'requests: Field required';
  if (requests.length > MOST_REQUESTS) return `requests: at most ${MOST_REQUESTS} are allowed`;
  const ids = new Set<unknown>();
  for (const [at, request] of requests.entries()) {
    const { custom_id: id, params, ...more } = isRecord(request) ? request : {};
    const [extra] = Object.keys(more);
    if (extra !== undefined) return `requests.${at}.${extra}: Extra inputs are not permitted`;
    if (typeof id !== 'string' || !/^[a-zA-Z0-9_-]{1,64}$/.test(id))
      return `requests.${at}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`;
    if (ids.has(id)) return `requests.${at}.custom_id: '${id}' is not unique`;
    if (!isRecord(params)) return `requests.${at}.params: Field required`;
    ids.add(id);
  }
  return undefined;
}

const FORMAT: JobFormat = {
  readLine: (line) => {
    const { custom_id: id, params } = JSON.parse(line);
    return { id, body: params };
  },
  resultLine: ({ id, body }, outcome) => {
    const line = (result: object) => ({
      file: 'output' as const,
      text: JSON.stringify({ custom_id: id, result }),
    });
    switch (outcome.kind) {
      case 'answer': {
        const request = anthropicService.read(body, {});
        if ('status' in request) return line({ type: 'errored', error: request.body });
        const { content, finish = 'complete', usage } = outcome;
        return line({ type: 'succeeded', message: servedAs('batch', request, content, finish, usage) });
      }
      case 'refusal':
        return line({ type: 'errored', error: outcome.body });
      case 'error': {
        const error = { type: outcome.code, message: outcome.message };
        return line({ type: 'errored', error: { type: 'error', error, request_id: `req_${id}` } });
      }
      case 'empty':
        return line({ type: 'succeeded', message: null });
      case 'missing':
        return undefined;
    }
  },
  unrunLine: (id, end) =>
    JSON.stringify({ custom_id: id, result: { type: end === 'cancelled' ? 'canceled' : 'expired' } }),
};

/** An answer that says in its usage how it was served. */
function servedAs(tier: 'standard' | 'batch', ...answer: Parameters<typeof anthropicService.answer>): object {
  const message = anthropicService.answer(...answer);
  if (!('usage' in message) || !isRecord(message.usage)) return message;
  return { ...message, usage: { ...message.usage, service_tier: tier } };
}

function isArchived({ createdAt }: Job, { now }: Shelf): boolean {
  return now() >= createdAt + KEPT_MS;
}

async function results(job: Job, shelf: Shelf): Promise<Answered> {
  if (job.state !== 'ended' || isArchived(job, shelf))
    return notFound(`Message Batch ${job.id} has no results`);
  return {
    status: 200,
    path: await allResults(job),
    headers: { 'content-type': 'application/binary' },
  };
}

function batchObject(
  job: Job,
  { headers }: LetIn,
  shelf: Shelf,
  { resultsOrigin }: AnthropicOptions,
): object {
  const { id, rows, succeeded, failed, createdAt, expiresAt, endedAt } = job;
  const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  const isEnded = job.state === 'ended';
  const unrun = rows - succeeded - failed;
  const archived = isArchived(job, shelf);
  return {
    ...{ id, type: 'message_batch' },
    processing_status: isEnded ? 'ended' : job.state === 'cancelling' ? 'canceling' : 'in_progress',
    request_counts: isEnded
      ? {
          ...{ processing: 0, succeeded, errored: failed },
          canceled: job.end === 'cancelled' ? unrun : 0,
          expired: job.end === 'expired' ? unrun : 0,
        }
      : { processing: rows, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
    ...{ created_at: time(createdAt), expires_at: time(expiresAt), ended_at: time(endedAt) },
    cancel_initiated_at: job.state === 'cancelling' || job.end === 'cancelled' ? time(createdAt) : null,
    archived_at: archived ? time(createdAt + KEPT_MS) : null,
    results_url:
      isEnded && !archived
        ? `${resultsOrigin ?? `http://${headers.host}`}/v1/messages/batches/${id}/results`
        : null,
  };
}

function page(jobs: readonly Job[], { query }: LetIn, shown: (job: Job) => object): object {
  const limit = Math.min(1_000, Number(query.get('limit') ?? 20));
  const at = (id: string | null) => jobs.findIndex((job) => job.id === id);
  const before = query.get('before_id');
  const from = before === null ? at(query.get('after_id')) + 1 : Math.max(0, at(before) - limit);
  const end = before === null ? from + limit : at(before);
  const data = jobs.slice(from, end);
  return {
    data: data.map(shown),
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: before === null ? end < jobs.length : from > 0,
  };
}

function notFound(message: string): Refusal {
  return refusal(404, message, 'not_found_error');
}

function refusal(status: number, message: string, type = 'invalid_request_error'): Refusal {
  return { status, body: { type: 'error', error: { type, message }, request_id: 'req_fake' } };
}
