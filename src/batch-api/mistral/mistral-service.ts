import { isJsonObject } from '../../fabric/http/json-body.js';
import { openaiChat } from '../../fabric/model/openai-chat.js';
import type { JsonValue } from '../../rows/row.js';
import {
  BatchApiError,
  type BatchHandle,
  type BatchService,
  type Found,
  type Leftovers,
  type LostShard,
  type RemoteBatch,
  type ShardResult,
  type ShardToSubmit,
  type SubmissionRecord,
} from '../batch-service.js';
import { cancelBatch } from '../cancel-batch.js';
import { chosenBatch } from '../chosen-batch.js';
import type { DriverOptions } from '../driver-options.js';
import { ServiceHttp } from '../http/service-http.js';
import { RemoteFiles } from '../openai/openai-files.js';
import { submitFile } from '../openai/submission.js';
import { escapedLineEnds, withoutModel } from '../request-line.js';
import { resultOfLine } from '../result-line.js';
import { remoteBatchOf, TIMEOUT_HOURS } from './mistral-job.js';

/** Mistral's batch jobs: files as OpenAI's, jobs of its own, the model at the job. (docs.mistral.ai, batch) */
export function mistralBatchService(options: DriverOptions): BatchService {
  return new MistralBatchService(options);
}

/** A job of ours says in its metadata which shard it is, under this name. */
const TAG = 'batchai';
/** The service's clock may be so much behind ours, in ms. */
const SKEW_MS = 60 * 60_000;
const PAGE = 100;
const MOST_PAGES = 100;

class MistralBatchService implements BatchService {
  readonly name = 'Mistral';
  /** A file may hold a million requests; smaller shards show their answers sooner. */
  readonly limits = { rows: 100_000, bytes: 190_000_000 };
  readonly priceShare = 0.5;
  readonly validatesLate = false;
  readonly wire = openaiChat;
  readonly #http: ServiceHttp;
  readonly #files: RemoteFiles;
  readonly #base: string;

  constructor({ definition, apiKey, ...options }: DriverOptions) {
    const url = new URL(definition.baseUrl);
    this.#base = url.pathname.replace(/\/+$/, '');
    this.#http = new ServiceHttp({
      ...options,
      origin: url.origin,
      apiKey,
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    });
    this.#files = new RemoteFiles(this.#http, {
      at: (place, query = '') => `${this.#base}${place}${query === '' ? '' : `?${query}`}`,
      uploadPath: '/files',
      purpose: 'batch',
      listQuery: (page) => `purpose=batch&page=${page}&page_size=${PAGE}`,
    });
  }

  line(id: string, body: string): string {
    return `{"custom_id":${JSON.stringify(id)},"body":${escapedLineEnds(withoutModel(body))}}`;
  }

  submit(shard: ShardToSubmit, record: SubmissionRecord): Promise<RemoteBatch> {
    return submitFile({ shard, record, files: this.#files, http: this.#http }, async (file) => {
      const { body } = await this.#http.create(this.#job(), {
        input_files: [file],
        endpoint: '/v1/chat/completions',
        model: shard.model,
        metadata: { [TAG]: shard.tag },
        timeout_hours: TIMEOUT_HOURS,
      });
      return batchIn(body);
    });
  }

  /** By what the list says of each job: in which form the service takes a filter of metadata is not published. */
  async find({ tag, file, sentAt, others }: LostShard): Promise<Found> {
    const found: RemoteBatch[] = [];
    const since = encodeURIComponent(new Date(sentAt - SKEW_MS).toISOString());
    for (let page = 0; page < MOST_PAGES; page++) {
      const query = `?page=${page}&page_size=${PAGE}&order_by=-created&created_after=${since}`;
      const { body } = await this.#http.ask('GET', `${this.#job()}${query}`);
      // The service leaves `data` out where nothing fits.
      const listed = isJsonObject(body) && Array.isArray(body.data) ? body.data : [];
      for (const job of listed) {
        const batch = remoteBatchOf(job);
        const isTagged = isJsonObject(job) && isJsonObject(job.metadata) && job.metadata[TAG] === tag;
        const isOfFile = file !== undefined && batch?.details.input === file;
        if (batch !== undefined && (isTagged || isOfFile) && !others.has(batch.id)) found.push(batch);
      }
      if (listed.length < PAGE) break;
    }
    return chosenBatch(found);
  }

  async poll({ id }: BatchHandle): Promise<RemoteBatch> {
    return batchIn((await this.#http.ask('GET', this.#job(id))).body);
  }

  cancel(batch: BatchHandle): Promise<void> {
    return cancelBatch(
      batch,
      (one) => this.poll(one),
      () => this.#http.ask('POST', `${this.#job(batch.id)}/cancel`),
    );
  }

  /** Refusals of rows may stand in either file. */
  async *results({ details }: RemoteBatch): AsyncGenerator<ShardResult> {
    for (const file of [details.output, details.error]) {
      if (typeof file !== 'string' || file === '') continue;
      for await (const line of this.#files.lines(file)) yield resultOfLine(line);
    }
  }

  remove(leftovers: Leftovers): Promise<void> {
    return this.#files.removeAll(leftovers);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #job(id?: string): string {
    return `${this.#base}/batch/jobs${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
  }
}

function batchIn(body: JsonValue): RemoteBatch {
  const batch = remoteBatchOf(body);
  if (batch === undefined) throw new BatchApiError('unknown', 'an answer that describes no batch');
  return batch;
}
