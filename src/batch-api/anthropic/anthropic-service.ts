import { CallError } from '../../fabric/call-error.js';
import { isJsonObject } from '../../fabric/http/json-body.js';
import { anthropicMessages } from '../../fabric/model/anthropic-messages.js';
import type { WireFormat } from '../../fabric/model/wire-format.js';
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
import type { DriverOptions } from '../driver-options.js';
import { ServiceHttp } from '../http/service-http.js';
import { escapedLineEnds } from '../request-line.js';
import { anthropicBatch } from './anthropic-batch.js';
import { anthropicResult } from './anthropic-result.js';
import { creationBody } from './creation-body.js';

/**
 * Anthropic's Message Batches (platform.claude.com/docs/en/build-with-claude/batch-processing). There are no files: the
 * requests are the body of the creation, and each is checked only when its turn comes. A batch has no tag, so one whose
 * creation has no answer is known for certain by the ids in its results alone.
 */
export function anthropicBatchService(options: DriverOptions): BatchService {
  return new AnthropicBatchService(options);
}

const HOUR = 60 * 60_000;
/** A service's clock may be so much off, in ms. */
const SKEW_MS = HOUR;
/** A creation of 190 MB may take so long on a slow line, in ms. */
const LONGEST_CREATION_MS = 2 * HOUR;

const PAGE = 100;
const MOST_PAGES = 500;

const wire: WireFormat = {
  ...anthropicMessages,
  forms(definition) {
    if (definition.parameters.speed !== undefined) {
      throw new CallError('misconfigured', 'parameters: "speed": batches have none: leave it out');
    }
    return anthropicMessages.forms(definition);
  },
};

class AnthropicBatchService implements BatchService {
  readonly name = 'Anthropic';
  /** Of 256 MB, with a margin for what a proxy refuses before. */
  readonly limits = { rows: 100_000, bytes: 190_000_000 };
  readonly priceShare = 0.5;
  readonly validatesLate = true;
  readonly wire = wire;
  readonly #http: ServiceHttp;
  readonly #origin: string;
  readonly #batches: string;

  constructor({ definition, apiKey, ...options }: DriverOptions) {
    const url = new URL(definition.baseUrl);
    this.#origin = url.origin;
    this.#batches = `${url.pathname.replace(/\/+$/, '')}/messages/batches`;
    this.#http = new ServiceHttp({
      ...options,
      origin: url.origin,
      apiKey,
      headers: headersOf(wire.headers(apiKey, url.hostname, definition)),
    });
  }

  line(id: string, body: string): string {
    return `{"custom_id":${JSON.stringify(id)},"params":${escapedLineEnds(body)}}`;
  }

  async submit({ path, bytes }: ShardToSubmit, record: SubmissionRecord): Promise<RemoteBatch> {
    await record.creating();
    return anthropicBatch((await this.#http.upload(this.#batches, creationBody(path, bytes))).body);
  }

  /** Any batch of as many requests from about that time may be it. */
  async find({ rows, sentAt, others }: LostShard): Promise<Found> {
    const candidates: RemoteBatch[] = [];
    for await (const batch of this.#createdSince(sentAt - SKEW_MS)) {
      const isTooLate = (batch.createdAt ?? sentAt) > sentAt + LONGEST_CREATION_MS + SKEW_MS;
      const isOfSize = batch.details.requests === rows;
      if (isOfSize && !isTooLate && !others.has(batch.id)) candidates.push(batch);
    }
    return candidates.length === 0 ? { kind: 'none' } : { kind: 'unsure', batches: candidates };
  }

  async poll({ id }: BatchHandle): Promise<RemoteBatch> {
    return anthropicBatch((await this.#http.ask('GET', this.#at(id))).body);
  }

  cancel(batch: BatchHandle): Promise<void> {
    return cancelBatch(
      batch,
      (one) => this.poll(one),
      () => this.#http.ask('POST', `${this.#at(batch.id)}/cancel`),
    );
  }

  async *results({ id, details }: RemoteBatch): AsyncGenerator<ShardResult> {
    if (details.isArchived === true) {
      throw new BatchApiError('not-visible', `the results of ${id} are gone: they are kept for 29 days`);
    }
    for await (const line of this.#http.lines(this.#resultsPath(id, details.resultsUrl))) {
      yield anthropicResult(line);
    }
  }

  /** A batch is deleted with its results; one that has not ended cannot be. */
  async remove({ batch }: Leftovers): Promise<void> {
    if (batch?.phase !== 'ended') return;
    try {
      await this.#http.ask('DELETE', this.#at(batch.id));
    } catch (error) {
      if (!(error instanceof BatchApiError && error.kind === 'not-visible')) throw error;
    }
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #at(id: string): string {
    return `${this.#batches}/${encodeURIComponent(id)}`;
  }

  /** The address that the service names, if it is its own: the key goes nowhere else. */
  #resultsPath(id: string, named: unknown): string {
    const url = typeof named === 'string' && URL.canParse(named) ? new URL(named) : undefined;
    return url?.origin === this.#origin ? `${url.pathname}${url.search}` : `${this.#at(id)}/results`;
  }

  /** The newest first, as the service lists them. */
  async *#createdSince(since: number): AsyncGenerator<RemoteBatch> {
    let last: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const after = last === undefined ? '' : `&after_id=${encodeURIComponent(last)}`;
      const { body } = await this.#http.ask('GET', `${this.#batches}?limit=${PAGE}${after}`);
      const list = isJsonObject(body) ? body : {};
      if (!Array.isArray(list.data)) throw new BatchApiError('unknown', 'a list of batches that is none');
      const batches = list.data.map(anthropicBatch);
      for (const batch of batches) {
        if ((batch.createdAt ?? since) < since) return;
        yield batch;
      }
      const end = batches.at(-1)?.id;
      if (list.has_more !== true || end === undefined || end === last) return;
      last = end;
    }
  }
}

/** Names and values in turn, as live calls have them. */
function headersOf(pairs: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < pairs.length; at += 2) headers[pairs[at] ?? ''] = pairs[at + 1] ?? '';
  return headers;
}
