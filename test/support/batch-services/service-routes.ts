import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ModelService, Refusal } from '../model-service.js';
import type { Jobs } from './jobs.js';
import type { ServiceName } from './knobs.js';
import type { StoredFiles } from './stored-files.js';

/** What the fake knows, for the routes of each service. */
export interface Shelf {
  readonly files: StoredFiles;
  readonly jobs: Jobs;
  /** ms since 1970, of the virtual clock. */
  readonly now: () => number;
  readonly maxUploadBytes: number;
}

/** A request that its service lets in. */
export interface LetIn {
  readonly method: string;
  /** Behind the base's path, as `/batches/batch_1`. */
  readonly place: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly key: string;
  readonly incoming: IncomingMessage;
  /** The body as JSON; undefined where it is none. */
  readonly json: () => Promise<Record<string, unknown> | undefined>;
}

/** What is answered: JSON, or a file as it is. */
export type Answered =
  | { readonly status: number; readonly body: object; readonly headers?: Record<string, string> }
  | { readonly status: number; readonly path: string; readonly headers?: Record<string, string> };

/** One service: the place and the rules of its batch API. Its live calls are a ModelService's. */
export interface ServiceRoutes {
  readonly name: ServiceName;
  /** The places that are its own. */
  readonly isMine: (place: string) => boolean;
  /** The key that came, and what is said where none did. */
  readonly keyOf: (headers: IncomingHttpHeaders) => string | undefined;
  readonly refusedKey: (key: string | undefined) => Refusal;
  readonly live: ModelService;
  readonly serve: (request: LetIn, shelf: Shelf) => Promise<Answered>;
}
