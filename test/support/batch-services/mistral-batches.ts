import { isRecord, type Refusal } from '../model-service.js';
import { openaiService } from '../openai-service.js';
import type { Job, JobFormat } from './jobs.js';
import {
  type FilePlaces,
  notFound,
  ok,
  openaiResult,
  parsed,
  refusal,
  resultFile,
  rowsIn,
  serveFiles,
} from './openai-batches.js';
import type { Answered, LetIn, ServiceRoutes, Shelf } from './service-routes.js';

/** Mistral's files and batch jobs. (docs.mistral.ai/api, batch) */
export const mistralBatches: ServiceRoutes = {
  name: 'mistral',
  isMine: (place) => /^\/(files|batch\/jobs|chat\/completions)\b/.test(place),
  keyOf: (headers) => /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1],
  refusedKey: () => ({ status: 401, body: { detail: 'Unauthorized' } }),
  live: openaiService,
  serve,
};

const FILES: FilePlaces = {
  uploadPlace: '/files',
  purpose: 'batch',
  // Its own client reads no file without these.
  more: { sample_type: 'batch_request', source: 'upload', num_lines: null, mimetype: null, signature: null },
  list: (files, query) => ({ ...numbered(files, query), object: 'list', total: files.length }),
};

async function serve(request: LetIn, shelf: Shelf): Promise<Answered> {
  const { method, place, key, query } = request;
  const file = await serveFiles(request, shelf, FILES);
  if (file !== undefined) return file;
  const [, , , id, action] = place.split('/');
  if (id === undefined) {
    if (method === 'POST') {
      const job = await create(request, shelf);
      return 'status' in job ? job : ok(jobObject(job, shelf));
    }
    return ok(jobPage(shelf.jobs.of('mistral', key), query, shelf));
  }
  const job = shelf.jobs.get(id, key);
  if (job === undefined) return notFound(`Job ${id} not found`);
  if (method === 'DELETE') {
    shelf.jobs.delete(id);
    return ok({ id, object: 'batch', deleted: true });
  }
  if (action === 'cancel') {
    if (job.state === 'ended') return refusal(400, `Job in status ${wordOf(job)} cannot be cancelled`);
    shelf.jobs.cancel(job);
  } else {
    await shelf.jobs.poll(job);
  }
  return ok(jobObject(job, shelf));
}

async function create({ json, key }: LetIn, shelf: Shelf): Promise<Job | Refusal> {
  const {
    input_files: inputs,
    endpoint,
    model,
    metadata = {},
    timeout_hours: hours = 24,
  } = (await json()) ?? {};
  const [fileId] = Array.isArray(inputs) ? inputs : [];
  if (typeof fileId !== 'string') return refusal(422, 'input_files: Field required');
  if (endpoint !== '/v1/chat/completions') return refusal(422, 'endpoint: Input should be one of its values');
  if (typeof model !== 'string') return refusal(422, 'model: Field required');
  if (typeof hours !== 'number' || !isRecord(metadata)) return refusal(422, 'Input should be valid');
  const file = shelf.files.look(fileId, key);
  if (file === undefined) return notFound(`File ${fileId} not found`);
  return shelf.jobs.create((nth) => `job-${nth}`, {
    service: 'mistral',
    key,
    inputPath: file.path,
    rows: await rowsIn(file.path),
    bytes: file.bytes,
    tag: typeof metadata.batchai === 'string' ? metadata.batchai : undefined,
    format: formatOf(model),
    more: { metadata, inputFile: fileId, endpoint, model },
  });
}

const formatOf = (model: string): JobFormat => ({
  readLine: (text, line) => {
    const { custom_id: id, body } = parsed(text) ?? {};
    if (typeof id !== 'string' || !isRecord(body)) {
      return { code: '', message: 'A line is not a valid request.', line };
    }
    return { id, body };
  },
  check: ({ id, body }, line, job) => {
    if (job.ids.has(id)) return { code: '', message: `Duplicate custom_id ${id}.`, line };
    job.ids.add(id);
    return 'model' in body ? { code: '', message: 'The model stands at the job.', line } : undefined;
  },
  // Some refusals of rows stand among the answers.
  resultLine: (line, outcome) => {
    const result = openaiResult({ ...line, body: { ...line.body, model } }, outcome);
    return (
      result &&
      (outcome.kind === 'refusal' && outcome.status === 422 ? { ...result, file: 'output' } : result)
    );
  },
  unrunLine: () => undefined,
});

function wordOf(job: Job): string {
  switch (job.state) {
    case 'validating':
      return 'QUEUED';
    case 'cancelling':
      return 'CANCELLATION_REQUESTED';
    case 'ended':
      return WORDS[job.end ?? 'completed'];
    default:
      return 'RUNNING';
  }
}

const WORDS = {
  completed: 'SUCCESS',
  expired: 'TIMEOUT_EXCEEDED',
  cancelled: 'CANCELLED',
  failed: 'FAILED',
} as const;

function jobObject(job: Job, shelf: Shelf): Record<string, unknown> {
  const seconds = (ms: number | undefined) => (ms === undefined ? null : Math.floor(ms / 1_000));
  return {
    ...{ id: job.id, object: 'batch', input_files: [job.more.inputFile], metadata: job.more.metadata },
    ...{ endpoint: job.more.endpoint, model: job.more.model, agent_id: null },
    output_file: resultFile(job, 'output', shelf),
    error_file: resultFile(job, 'error', shelf),
    errors: job.failures.map(({ message }) => ({ message, count: 1 })),
    status: wordOf(job),
    created_at: seconds(job.createdAt),
    started_at: job.state === 'validating' ? null : seconds(job.createdAt),
    completed_at: seconds(job.endedAt),
    total_requests: job.rows,
    completed_requests: job.succeeded + job.failed,
    succeeded_requests: job.succeeded,
    failed_requests: job.failed,
  };
}

function jobPage(jobs: readonly Job[], query: URLSearchParams, shelf: Shelf): object {
  const since = Date.parse(query.get('created_after') ?? '1970-01-01T00:00:00Z');
  const fit = jobs.filter(({ createdAt }) => createdAt >= since).map((job) => jobObject(job, shelf));
  return { ...numbered(fit, query), object: 'list', total: fit.length };
}

/** Pages have numbers from 0. */
function numbered(all: readonly object[], query: URLSearchParams): { data: readonly object[] } {
  const size = Number(query.get('page_size') ?? 100);
  const from = Number(query.get('page') ?? 0) * size;
  return { data: all.slice(from, from + size) };
}
