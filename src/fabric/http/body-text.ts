import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { CallError } from '../call-error.js';

/**
 * The text of a body, without a byte order mark. Requests never ask for compressed bodies; some gateways send
 * them anyway.
 *
 * @param encodings as the header `content-encoding` has them, in the order in which they were applied
 * @throws CallError `bad-answer` for a body that cannot be decoded, or has more than `maxBytes` once it is.
 */
export function bodyText(
  body: Buffer | undefined,
  encodings: string | string[] | undefined,
  maxBytes: number,
): string {
  if (body === undefined) return '';
  const plain = encodings === undefined ? body : decoded(body, encodings, maxBytes);
  const text = plain.toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

const BYTE_ORDER_MARK = 0xfeff;

function decoded(body: Buffer, encodings: string | string[], maxBytes: number): Buffer {
  return [encodings]
    .flat()
    .flatMap((list) => list.split(','))
    .map((name) => name.trim().toLowerCase())
    .reduceRight((bytes, name) => decodedOnce(bytes, name, maxBytes), body);
}

function decodedOnce(body: Buffer, encoding: string, maxOutputLength: number): Buffer {
  try {
    switch (encoding) {
      case '':
      case 'identity':
        return body;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, { maxOutputLength });
      case 'deflate':
        // Some servers leave out the frame that RFC 9110, 8.4.1.2 has around the data; it begins with an 8.
        return ((body[0] ?? 0) & 0x0f) === 8
          ? inflateSync(body, { maxOutputLength })
          : inflateRawSync(body, { maxOutputLength });
      case 'br':
        return brotliDecompressSync(body, { maxOutputLength });
    }
  } catch (error) {
    if (
      error instanceof RangeError ||
      (error instanceof Error && 'code' in error && error.code === TOO_LARGE)
    ) {
      throw new CallError('bad-answer', `the answer is larger than ${maxOutputLength} bytes`);
    }
    throw new CallError('bad-answer', `the answer is no ${encoding}, as its content-encoding says`);
  }
  throw new CallError(
    'bad-answer',
    `the answer is encoded as ${encoding.slice(0, 40)}, which was not asked for`,
  );
}

const TOO_LARGE = 'ERR_BUFFER_TOO_LARGE';
