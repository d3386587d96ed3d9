import type { Dispatcher } from 'undici';
import type { CallError } from '../../fabric/call-error.js';
import { parsePlainJson } from '../../json/parse-json.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { BatchApiError } from '../batch-service.js';
import { errorOfRefusal, type Purpose } from './errors.js';
import { linesOf } from './lines.js';
import {
  type ConnectionOptions,
  type Headers,
  type Method,
  plainBytes,
  ServiceConnection,
  type StreamedBody,
  stopped,
} from './service-connection.js';

/** Time, as `src/limits/clock.ts` has it. */
export interface ServiceClock {
  /** ms since 1970. */
  wallNow(): number;
  /** Calls `wake` in about `ms`; gives the function that calls it off. */
  after(ms: number, wake: () => void): () => void;
}

export interface ServiceHttpOptions extends ConnectionOptions {
  readonly clock: ServiceClock;
  /** From 0 to 1. */
  readonly random: () => number;
}

export interface ServiceAnswer {
  /** Names in lower case. */
  readonly headers: Dispatcher.ResponseData['headers'];
  /** Null where the body is empty. */
  readonly body: JsonValue;
}

/** Waits of 1, 2, 4 and 8 s, each with up to half of it more. */
const RETRIES = 4;
const FIRST_WAIT_MS = 1_000;
/** A longer wait that a service asks for is left to the caller, who has other things to do meanwhile. */
const LONGEST_WAIT_MS = 60_000;
/** A file that ends within a line is read so many times more before the line is taken for what is there. */
const CUT_RETRIES = 2;

/** Of an answer that is no file: a page of a list at most. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** No answer of a model is larger. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Requests to one batch API. All methods throw BatchApiError, or CallError `aborted` after `close`; no message holds
 * the key, and no answer does.
 *
 * Nothing that creates is sent twice; whatever else fails is asked for again, a few times, with backoff.
 */
export class ServiceHttp {
  readonly #connection: ServiceConnection;
  readonly #waits = new Set<() => void>();

  constructor(private readonly options: ServiceHttpOptions) {
    this.#connection = new ServiceConnection(options);
  }

  /** Creates something: sent once. `unknown` where it may have been created although no answer says so. */
  async create(path: string, body: JsonObject, headers: Headers = {}): Promise<ServiceAnswer> {
    return this.#answer(await this.#connection.send('POST', path, headers, JSON.stringify(body)), 'creates');
  }

  /** The same with a body that is read from disk. */
  async upload(path: string, body: StreamedBody, headers: Headers = {}): Promise<ServiceAnswer> {
    return this.#answer(await this.#connection.upload(path, headers, body), 'creates');
  }

  /** Asks for what may be asked for again. */
  ask(method: Method, path: string, body?: JsonObject): Promise<ServiceAnswer> {
    const json = body === undefined ? undefined : JSON.stringify(body);
    return this.#retried(async () =>
      this.#answer(await this.#connection.send(method, path, {}, json), 'asks'),
    );
  }

  /**
   * The lines of a file of the service, without their ends. After a connection that broke it is read again, and the
   * lines that were given are passed over: a file of a batch that has ended does not change.
   */
  async *lines(path: string): AsyncGenerator<string> {
    let given = 0;
    for (let failures = 0; ; ) {
      const givenBefore = given;
      let at = 0;
      try {
        for await (const { text, isEnded } of linesOf(await this.#download(path), MAX_LINE_BYTES)) {
          // Connections without a length or chunks end as quietly in the middle as at the end.
          if (!isEnded && !text.endsWith('}') && failures < CUT_RETRIES) {
            throw new BatchApiError('unknown', 'the file broke off within a line');
          }
          if (++at <= given) continue;
          given++;
          yield this.#connection.masked(text);
        }
        return;
      } catch (error) {
        if (given > givenBefore) failures = 0;
        await this.#backoff(failures++, this.#connection.told(error));
      }
    }
  }

  /** Waits, `ms` long or until `close`. */
  async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        this.#waits.delete(end);
        resolve();
      };
      const cancel = this.options.clock.after(ms, end);
      this.#waits.add(end);
    });
    if (this.#connection.isClosed) throw stopped();
  }

  /** Ends what is on its way. */
  async close(): Promise<void> {
    const closed = this.#connection.close();
    for (const end of this.#waits) end();
    await closed;
  }

  async #retried<T>(attempt: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures++) {
      try {
        return await attempt();
      } catch (error) {
        await this.#backoff(failures, this.#connection.told(error));
      }
    }
  }

  /** Waits before another try, or throws the error where there is none. */
  async #backoff(failures: number, error: BatchApiError | CallError): Promise<void> {
    const { random } = this.options;
    const askedMs = error.details.retryAfterMs ?? 0;
    if (!mayPass(error) || failures >= RETRIES || askedMs > LONGEST_WAIT_MS) throw error;
    const usualMs = FIRST_WAIT_MS * 2 ** failures * (1 + random() / 2);
    await this.pause(Math.max(usualMs, askedMs));
  }

  async #answer(response: Dispatcher.ResponseData, purpose: Purpose): Promise<ServiceAnswer> {
    const { statusCode: status, headers } = response;
    const raw = await this.#text(response);
    if (status < 200 || status > 299) {
      const body = this.#connection.maskedRefusal(raw);
      throw errorOfRefusal({ status, headers, body }, purpose, this.options.clock.wallNow());
    }
    const text = this.#connection.masked(raw);
    try {
      return { headers, body: text.trim() === '' ? null : parsePlainJson(text) };
    } catch {
      const excerpt = text.slice(0, 120).replace(/\s+/g, ' ');
      throw new BatchApiError('unknown', `an answer that is not JSON: ${excerpt}`, { status });
    }
  }

  async #download(path: string): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#connection.send('GET', path, { accept: '*/*' });
    if (response.statusCode !== 200) await this.#answer(response, 'asks');
    return plainBytes(response);
  }

  async #text(response: Dispatcher.ResponseData): Promise<string> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const piece of plainBytes(response)) {
        bytes += piece.length;
        if (bytes > MAX_ANSWER_BYTES) {
          throw new BatchApiError('unknown', `an answer of more than ${MAX_ANSWER_BYTES} bytes`);
        }
        pieces.push(piece);
      }
    } catch (error) {
      // The status of a refusal tells enough without its words.
      if (response.statusCode < 400 || this.#connection.isClosed) throw this.#connection.told(error);
    }
    return Buffer.concat(pieces).toString('utf8');
  }
}

function mayPass(error: BatchApiError | CallError): boolean {
  return error instanceof BatchApiError && (error.kind === 'unknown' || error.kind === 'later');
}
