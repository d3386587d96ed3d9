import { isJsonObject } from '../../fabric/http/json-body.js';
import { openaiChat } from '../../fabric/model/openai-chat.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
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
import { escapedLineEnds, withoutStream } from '../request-line.js';
import { resultOfLine } from '../result-line.js';
import { remoteBatchOf } from './openai-batch.js';
import { RemoteFiles } from './openai-files.js';
import type { OpenaiProfile } from './profiles.js';
import { submitFile } from './submission.js';

/** OpenAI's batch API (platform.openai.com/docs/api-reference/batch), and those of all that follow it. */
export function openaiBatchService(profile: OpenaiProfile, options: DriverOptions): BatchService {
  return new OpenaiBatchService(profile, options);
}

/** A batch of ours says in its metadata which shard it is, under this name. */
const TAG = 'batchai';

/** A service's clock may be so much behind ours, in ms. */
const SKEW_MS = 60 * 60_000;
const PAGE = 100;
const MOST_PAGES = 500;

class OpenaiBatchService implements BatchService {
  readonly name: string;
  readonly limits: BatchService['limits'];
  readonly priceShare: number;
  readonly validatesLate = false;
  readonly wire = openaiChat;
  readonly #http: ServiceHttp;
  readonly #files: RemoteFiles;
  readonly #at: (place: string, query?: string) => string;

  constructor(
    private readonly profile: OpenaiProfile,
    { definition, apiKey, ...options }: DriverOptions,
  ) {
    this.name = profile.name;
    this.limits = profile.limits;
    this.priceShare = profile.priceShare;
    const url = new URL(definition.baseUrl);
    this.#at = placesOf(url);
    this.#http = new ServiceHttp({
      ...options,
      origin: url.origin,
      apiKey,
      headers: keyHeaders(profile, apiKey),
    });
    this.#files = new RemoteFiles(this.#http, {
      at: this.#at,
      uploadPath: profile.uploadPath,
      purpose: profile.purpose,
      listQuery: (_, last) =>
        `purpose=${profile.purpose}&limit=1000&order=desc${last === undefined ? '' : `&after=${encodeURIComponent(last)}`}`,
    });
  }

  line(id: string, body: string): string {
    const request = escapedLineEnds(withoutStream(body));
    return `{"custom_id":${JSON.stringify(id)},"method":"POST","url":"${this.profile.endpoint}","body":${request}}`;
  }

  submit(shard: ShardToSubmit, record: SubmissionRecord): Promise<RemoteBatch> {
    return submitFile({ shard, record, files: this.#files, http: this.#http }, (file) =>
      this.#create(shard.tag, file),
    );
  }

  async find({ tag, file, sentAt, others }: LostShard): Promise<Found> {
    const found: RemoteBatch[] = [];
    for await (const { batch, metadata } of this.#listed(sentAt - SKEW_MS)) {
      if (others.has(batch.id)) continue;
      const isTagged = isJsonObject(metadata) && metadata[TAG] === tag;
      if (isTagged || (file !== undefined && batch.details.input === file)) found.push(batch);
    }
    return chosenBatch(found);
  }

  async poll({ id }: BatchHandle): Promise<RemoteBatch> {
    return batchIn((await this.#http.ask('GET', this.#at(`/batches/${encodeURIComponent(id)}`))).body);
  }

  cancel(batch: BatchHandle): Promise<void> {
    return cancelBatch(
      batch,
      (one) => this.poll(one),
      () => this.#http.ask('POST', this.#at(`/batches/${encodeURIComponent(batch.id)}/cancel`)),
    );
  }

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

  async #create(tag: string, file: string): Promise<RemoteBatch> {
    const { created, foundBy, endpoint } = this.profile;
    const { body } = await this.#http.create(this.#at('/batches'), {
      input_file_id: file,
      endpoint,
      completion_window: '24h',
      ...(foundBy === 'metadata' && { metadata: { [TAG]: tag } }),
    });
    // Together may leave its job out: then only the list tells of it.
    return batchIn(created === 'job' && isJsonObject(body) ? (body.job ?? null) : body);
  }

  /** The newest first, down to those that were created before `since`. */
  async *#listed(since: number): AsyncGenerator<{ batch: RemoteBatch; metadata: JsonValue | undefined }> {
    let last: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const after = last === undefined ? '' : `&after=${encodeURIComponent(last)}`;
      const { body } = await this.#http.ask('GET', this.#at('/batches', `limit=${PAGE}${after}`));
      const listed = isJsonObject(body) ? body.data : body;
      if (!Array.isArray(listed)) throw new BatchApiError('unknown', 'a list of batches that is none');
      let end: RemoteBatch | undefined;
      for (const object of listed) {
        const batch = remoteBatchOf(object);
        if (batch === undefined) continue;
        end = batch;
        yield { batch, metadata: (object as JsonObject).metadata };
      }
      const isLast = !isJsonObject(body) || body.has_more !== true;
      if (isLast || end === undefined || end.id === last || (end.createdAt ?? since) < since) return;
      last = end.id;
    }
  }
}

/** Azure's live calls may name their deployment in the path; its files and batches are beside all deployments. */
function placesOf({ pathname, search }: URL): (place: string, query?: string) => string {
  const base = pathname.replace(/\/+$/, '').replace(/\/deployments\/[^/]+$/, '');
  return (place, query = '') => {
    const queries = [search.slice(1), query].filter((text) => text !== '').join('&');
    return `${base}${place}${queries === '' ? '' : `?${queries}`}`;
  };
}

function keyHeaders({ keyHeader }: OpenaiProfile, apiKey: string | undefined): Record<string, string> {
  if (apiKey === undefined) return {};
  return keyHeader === 'api-key' ? { 'api-key': apiKey } : { authorization: `Bearer ${apiKey}` };
}

function batchIn(body: JsonValue): RemoteBatch {
  const batch = remoteBatchOf(body);
  if (batch === undefined) throw new BatchApiError('unknown', 'an answer that describes no batch');
  return batch;
}
