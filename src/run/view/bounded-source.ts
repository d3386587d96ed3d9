import { type ByteSource, fileSource } from '../../rows/byte-source.js';

/**
 * A file as a source, up to a number of bytes of its text: what a running run has written behind them may be half a row.
 *
 * @param bytes undefined: to the end. Asked anew for each reading.
 */
export function boundedSource(path: string, gzip: boolean, bytes: () => number | undefined): ByteSource {
  const file = fileSource(path, gzip);
  const read = (offset: number) => upTo(file.read(offset), bytes(), offset);
  return { ...file, look: () => read(0), read };
}

async function* upTo(
  chunks: AsyncIterable<Buffer>,
  bytes: number | undefined,
  from: number,
): AsyncIterable<Buffer> {
  if (bytes === undefined) {
    yield* chunks;
    return;
  }
  let left = bytes - from;
  if (left <= 0) return;
  for await (const chunk of chunks) {
    yield chunk.length <= left ? chunk : chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}
