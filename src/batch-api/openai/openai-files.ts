import { isJsonObject } from '../../fabric/http/json-body.js';
import type { JsonValue } from '../../rows/row.js';
import { BatchApiError, type Leftovers } from '../batch-service.js';
import { multipart } from '../http/multipart.js';
import type { ServiceHttp } from '../http/service-http.js';

export interface FilesOptions {
  /** Path and query of a place behind the base URL. */
  readonly at: (place: string, query?: string) => string;
  readonly uploadPath: string;
  readonly purpose: string;
  /** Fields of the upload beside its purpose. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The query of page `page` of the list, from 0, behind the file that the last one ended with. */
  readonly listQuery: (page: number, last: string | undefined) => string;
}

/** Pages of a list at most: who has more files has them removed by now. */
const MOST_PAGES = 200;

/** The files of a service that follows OpenAI's `/files`. */
export class RemoteFiles {
  constructor(
    private readonly http: ServiceHttp,
    private readonly options: FilesOptions,
  ) {}

  /** Sent once. Gives the file's id. */
  async upload(name: string, path: string, bytes: number): Promise<string> {
    const { at, uploadPath, purpose, fields } = this.options;
    const form = multipart({ purpose, ...fields }, { name, path, bytes });
    const { body } = await this.http.upload(at(uploadPath), form);
    const id = isJsonObject(body) ? body.id : undefined;
    if (typeof id !== 'string' || id === '') {
      throw new BatchApiError('unknown', 'the answer to an upload names no file');
    }
    return id;
  }

  /** The ids of the files with a name, the newest first as the service lists them. */
  async named(name: string, bytes?: number): Promise<string[]> {
    const { at, listQuery } = this.options;
    const found: string[] = [];
    let last: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const { body } = await this.http.ask('GET', at('/files', listQuery(page, last)));
      const files = filesIn(body);
      for (const file of files) {
        const isSize = bytes === undefined || file.bytes === undefined || file.bytes === bytes;
        if (file.name === name && isSize) found.push(file.id);
      }
      const end = files.at(-1)?.id;
      if (end === undefined || end === last || !hasMore(body)) break;
      last = end;
    }
    return found;
  }

  /** Whether the service finds a file by its id: after an upload it may take a while. */
  async isVisible(id: string): Promise<boolean> {
    try {
      await this.http.ask('GET', this.options.at(`/files/${encodeURIComponent(id)}`));
      return true;
    } catch (error) {
      if (error instanceof BatchApiError && isGone(error)) return false;
      throw error;
    }
  }

  lines(id: string): AsyncIterable<string> {
    return this.http.lines(this.options.at(`/files/${encodeURIComponent(id)}/content`));
  }

  /** Removes all files of a shard. */
  async removeAll({ tag, upload, batch }: Leftovers): Promise<void> {
    const { output, error, input } = batch?.details ?? {};
    const known = [output, error, input, upload.state === 'done' ? upload.file : undefined];
    const begun = upload.state === 'begun' ? await this.named(fileName(tag)) : [];
    const ids = [...known, ...begun].filter((id) => typeof id === 'string' && id !== '');
    for (const id of new Set(ids)) await this.remove(String(id));
  }

  /** What is gone already is no error. */
  async remove(id: string): Promise<void> {
    try {
      await this.http.ask('DELETE', this.options.at(`/files/${encodeURIComponent(id)}`));
    } catch (error) {
      if (!(error instanceof BatchApiError && isGone(error))) throw error;
    }
  }
}

/** By its name a file is found whose upload had no answer. */
export function fileName(tag: string): string {
  return `${tag}.jsonl`;
}

/** Some say with a 400 that a file is not there. */
function isGone({ kind, message }: BatchApiError): boolean {
  return kind === 'not-visible' || (kind === 'refused' && IS_MISSING.test(message));
}

/** "Cannot find file file-…", "No such File object: …" */
export const IS_MISSING = /cannot find file|no such file|file\b.{0,80}\bnot (be )?found/i;

interface ListedFile {
  readonly id: string;
  readonly name: string | undefined;
  readonly bytes: number | undefined;
}

function filesIn(body: JsonValue): ListedFile[] {
  const list = isJsonObject(body) ? body.data : body;
  if (!Array.isArray(list)) throw new BatchApiError('unknown', 'a list of files that is none');
  return list.filter(isJsonObject).flatMap(({ id, filename, bytes, size_bytes }) => {
    if (typeof id !== 'string') return [];
    const size = bytes ?? size_bytes;
    return [
      {
        id,
        name: typeof filename === 'string' ? filename : undefined,
        bytes: typeof size === 'number' ? size : undefined,
      },
    ];
  });
}

/** Lists without a word about more go on until a page is empty or the same. */
function hasMore(body: JsonValue): boolean {
  return isJsonObject(body) && body.has_more !== false;
}
