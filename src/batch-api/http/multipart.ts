import { createReadStream } from 'node:fs';
import type { StreamedBody } from './service-connection.js';

/** Ours alone: no line of JSON begins like this. */
const BOUNDARY = 'batchai-6f1d2c9be40a4d5f8a7c';

/** Large pieces: a shard has hundreds of megabytes. */
const READ_BYTES = 256 * 1024;

export interface UploadedFile {
  /** As the service is told: ASCII, without quotes. */
  readonly name: string;
  /** Here. */
  readonly path: string;
  readonly bytes: number;
}

/** A form with a file as its last part (RFC 7578), read from disk as it is sent. */
export function multipart(fields: Readonly<Record<string, string>>, file: UploadedFile): StreamedBody {
  const parts = Object.entries(fields).map(([name, value]) => part(`name="${name}"`, value));
  const head = Buffer.from(
    `${parts.join('')}--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${file.name}"\r\nContent-Type: application/jsonl\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${BOUNDARY}`,
    bytes: head.length + file.bytes + tail.length,
    async *open() {
      yield head;
      yield* fileBytes(file.path);
      yield tail;
    },
  };
}

/** A file's bytes in large pieces. */
export function fileBytes(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: READ_BYTES });
}

function part(disposition: string, value: string): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
}
