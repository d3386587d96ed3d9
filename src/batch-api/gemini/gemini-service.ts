import { geminiContent } from '../../fabric/model/gemini-content.js';
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
import { escapedLineEnds } from '../request-line.js';
import { geminiBatch, inlinedResponses } from './gemini-batch.js';
import { GeminiFiles, type GeminiPlaces, isGone, listed } from './gemini-files.js';
import { geminiResponse, geminiResult } from './gemini-result.js';

/**
 * Gemini's batch API in its own form (ai.google.dev/gemini-api/docs/batch-api): the OpenAI-compatible one, to which
 * live calls go, carries no files. Requests are in a file always, since responses that stand in the batch itself were
 * seen out of order and without their keys.
 */
export function geminiBatchService(options: DriverOptions): BatchService {
  return new GeminiBatchService(options);
}

/** A file that was uploaded may not be found yet when its batch is created. In ms. */
const VISIBILITY_WAITS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Tokens that wait at once, for the models and the tier that may have the fewest. (ai.google.dev/gemini-api/docs/rate-limits) */
const SMALLEST_QUEUE = 3_000_000;

class GeminiBatchService implements BatchService {
  readonly name = 'Gemini';
  /** Much less than the 2 GB that it takes: of a batch that is not done in time, nothing is left. */
  readonly limits = { rows: 10_000, bytes: 95_000_000, tokens: SMALLEST_QUEUE };
  readonly priceShare = 0.5;
  readonly validatesLate = true;
  readonly wire = geminiContent;
  readonly #http: ServiceHttp;
  readonly #places: GeminiPlaces;
  readonly #files: GeminiFiles;

  constructor({ definition, apiKey, ...options }: DriverOptions) {
    this.#places = placesOf(new URL(definition.baseUrl));
    this.#http = new ServiceHttp({
      ...options,
      origin: this.#places.origin,
      apiKey,
      headers: apiKey === undefined ? {} : { 'x-goog-api-key': apiKey },
    });
    this.#files = new GeminiFiles(this.#http, this.#places);
  }

  line(id: string, body: string): string {
    return `{"key":${JSON.stringify(id)},"request":${escapedLineEnds(body)}}`;
  }

  async submit(shard: ShardToSubmit, record: SubmissionRecord): Promise<RemoteBatch> {
    const file = await this.#uploaded(shard, record);
    await record.creating();
    for (const waitMs of VISIBILITY_WAITS) {
      try {
        return await this.#create(shard, file);
      } catch (error) {
        // A definite no: nothing was created, and the file is there soon.
        if (!isGone(error)) throw error;
      }
      await this.#http.pause(waitMs);
    }
    return this.#create(shard, file);
  }

  async find({ tag, file, others }: LostShard): Promise<Found> {
    const found: RemoteBatch[] = [];
    for await (const operation of listed(this.#http, this.#places, 'batches')) {
      const batch = geminiBatch(operation);
      const { displayName, inputFile } = batch.details;
      const isOurs = displayName === tag || (file !== undefined && inputFile === file);
      if (isOurs && !others.has(batch.id)) found.push(batch);
    }
    return chosenBatch(found);
  }

  async poll({ id }: BatchHandle): Promise<RemoteBatch> {
    return geminiBatch((await this.#http.ask('GET', this.#places.at(id))).body);
  }

  cancel(batch: BatchHandle): Promise<void> {
    return cancelBatch(
      batch,
      (one) => this.poll(one),
      () => this.#http.ask('POST', `${this.#places.at(batch.id)}:cancel`),
    );
  }

  async *results({ id, details }: RemoteBatch): AsyncGenerator<ShardResult> {
    if (typeof details.responsesFile === 'string') {
      for await (const line of this.#files.lines(details.responsesFile)) yield geminiResult(line);
    } else if (details.isInlined === true) {
      const { body } = await this.#http.ask('GET', this.#places.at(id));
      for (const response of inlinedResponses(body)) yield geminiResponse(response) ?? withoutKey();
    }
  }

  async remove({ tag, upload, batch }: Leftovers): Promise<void> {
    const known = [batch?.details.inputFile, upload.state === 'done' ? upload.file : undefined];
    const begun = upload.state === 'begun' ? await this.#files.named(tag) : [];
    const names = [...known, ...begun].filter((name) => typeof name === 'string' && name !== '');
    for (const name of new Set(names)) await this.#files.remove(String(name));
    // With it goes its output: that of a batch is no file that can be deleted by itself.
    if (batch?.phase === 'ended') await this.#delete(batch.id);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #uploaded({ tag, path, bytes, upload }: ShardToSubmit, record: SubmissionRecord): Promise<string> {
    // Files go after two days; a shard may wait longer for its turn.
    if (upload.state === 'done' && (await this.#files.isReady(upload.file))) return upload.file;
    const [there] = upload.state === 'begun' ? await this.#files.named(tag, bytes) : [];
    if (there === undefined) await record.uploading();
    const file = there ?? (await this.#files.upload(tag, path, bytes));
    await record.uploaded(file);
    await this.#files.isReady(file);
    return file;
  }

  async #create({ tag, model }: ShardToSubmit, file: string): Promise<RemoteBatch> {
    const name = model.includes('/') ? model : `models/${model}`;
    const { body } = await this.#http.create(`${this.#places.at(name)}:batchGenerateContent`, {
      batch: { displayName: tag, inputConfig: { fileName: file } },
    });
    return geminiBatch(body);
  }

  async #delete(id: string): Promise<void> {
    try {
      await this.#http.ask('DELETE', this.#places.at(id));
    } catch (error) {
      if (!(error instanceof BatchApiError && error.kind === 'not-visible')) throw error;
    }
  }
}

function withoutKey(): ShardResult {
  return { id: undefined, kind: 'unreadable', text: 'a response without its key' };
}

/** @param baseUrl of the OpenAI-compatible API: `https://generativelanguage.googleapis.com/v1beta/openai` */
function placesOf({ origin, pathname }: URL): GeminiPlaces {
  const base = pathname.replace(/\/+$/, '').replace(/\/openai$/, '');
  const [, before = '', version = ''] = /^(.*)(\/[^/]+)$/.exec(base) ?? [];
  return {
    origin,
    at: (name) => `${base}/${encoded(name)}`,
    upload: `${before}/upload${version}/files`,
    download: (name) => `${before}/download${version}/${encoded(name)}:download?alt=media`,
  };
}

function encoded(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
