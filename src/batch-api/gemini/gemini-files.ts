import { isJsonObject } from '../../fabric/http/json-body.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { BatchApiError } from '../batch-service.js';
import { fileBytes } from '../http/multipart.js';
import type { ServiceHttp } from '../http/service-http.js';

/** The addresses of Gemini's API: files go up and come down beside its version, not behind it. */
export interface GeminiPlaces {
  readonly origin: string;
  /** Of a name such as `files/x`, or a collection. */
  at(name: string): string;
  readonly upload: string;
  download(name: string): string;
}

/** Pages of a list at most: files go by themselves after two days. */
const MOST_PAGES = 200;

/** A file is looked through before it may be used; in ms. */
const READINESS_WAITS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/** Gemini's Files API. (ai.google.dev/api/files) */
export class GeminiFiles {
  constructor(
    private readonly http: ServiceHttp,
    private readonly places: GeminiPlaces,
  ) {}

  /** In two steps, each sent once: the first tells where the bytes go. Gives the file's name, as in `files/x`. */
  async upload(displayName: string, path: string, bytes: number): Promise<string> {
    const started = await this.http.create(
      this.places.upload,
      { file: { displayName, mimeType: MIME_TYPE } },
      {
        'x-goog-upload-protocol': 'resumable',
        'x-goog-upload-command': 'start',
        'x-goog-upload-header-content-length': String(bytes),
        'x-goog-upload-header-content-type': MIME_TYPE,
      },
    );
    const { headers, body } = await this.http.upload(
      this.#pathOf(started.headers['x-goog-upload-url']),
      { contentType: MIME_TYPE, bytes, open: () => fileBytes(path) },
      { 'x-goog-upload-offset': '0', 'x-goog-upload-command': 'upload, finalize' },
    );
    const file = isJsonObject(body) && isJsonObject(body.file) ? body.file : {};
    if (headers['x-goog-upload-status'] !== 'final' || typeof file.name !== 'string') {
      throw new BatchApiError('unknown', 'the answer to an upload does not say that it is whole');
    }
    return file.name;
  }

  /** The names of the files with a display name, and of a size where one is given. */
  async named(displayName: string, bytes?: number): Promise<string[]> {
    const found: string[] = [];
    for await (const { name, displayName: called, sizeBytes } of listed(this.http, this.places, 'files')) {
      const isSize = bytes === undefined || sizeBytes === undefined || Number(sizeBytes) === bytes;
      if (called === displayName && isSize && typeof name === 'string') found.push(name);
    }
    return found;
  }

  /** Waits until a file may be used; false where it is not there, or was found to be no good. */
  async isReady(name: string): Promise<boolean> {
    for (const waitMs of READINESS_WAITS) {
      const file = await this.#get(name);
      if (file === undefined || file.state === 'FAILED') return false;
      if (file.state !== 'PROCESSING') return true;
      await this.http.pause(waitMs);
    }
    return true;
  }

  async *lines(name: string): AsyncGenerator<string> {
    try {
      yield* this.http.lines(this.places.download(name));
    } catch (error) {
      if (!isGone(error)) throw error;
      throw new BatchApiError('not-visible', `${name} is not there: files are kept for two days`);
    }
  }

  /** What is gone already is no error. */
  async remove(name: string): Promise<void> {
    try {
      await this.http.ask('DELETE', this.places.at(name));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  async #get(name: string): Promise<JsonObject | undefined> {
    try {
      const { body } = await this.http.ask('GET', this.places.at(name));
      return isJsonObject(body) ? body : {};
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  /** The bytes go to the service's own address, or nowhere. */
  #pathOf(address: string | string[] | undefined): string {
    const url = typeof address === 'string' && URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined) throw new BatchApiError('unknown', 'the service does not say where a file goes');
    if (url.origin !== this.places.origin) {
      throw new BatchApiError('refused', `the service wants a file sent to another address: ${url.origin}`);
    }
    return `${url.pathname}${url.search}`;
  }
}

const MIME_TYPE = 'application/jsonl';

/** Gemini says with a 403 that a file is not there: "You do not have permission to access the File x or it may not exist." */
export function isGone(error: unknown): boolean {
  if (!(error instanceof BatchApiError)) return false;
  return error.kind === 'not-visible' || IS_MISSING.test(error.message);
}

const IS_MISSING = /\bfile\b.{0,120}\b(?:may not exist|not found|does not exist)/i;

/** All objects of a collection, page by page. Operations stand under `operations`. */
export async function* listed(
  http: ServiceHttp,
  places: GeminiPlaces,
  collection: 'files' | 'batches',
): AsyncGenerator<JsonObject> {
  let token: JsonValue | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const after = typeof token === 'string' ? `&pageToken=${encodeURIComponent(token)}` : '';
    const { body } = await http.ask('GET', `${places.at(collection)}?pageSize=100${after}`);
    const list = isJsonObject(body) ? body : {};
    const members = list.operations ?? list.batches ?? list.files ?? [];
    if (!Array.isArray(members)) throw new BatchApiError('unknown', `a list of ${collection} that is none`);
    yield* members.filter(isJsonObject);
    const next = list.nextPageToken;
    if (typeof next !== 'string' || next === '' || next === token) return;
    token = next;
  }
}
