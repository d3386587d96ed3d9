import { type ByteSource, fileSource } from '../../rows/byte-source.js';

/** A file as far as it may be read. */
export interface Bounds {
  readonly path: string;
  /** Of its text: what a run that goes on has written behind them may be half a row. Undefined: all. */
  readonly bytes: number | undefined;
}

/**
 * A file as a source that grows, and that may get another name.
 *
 * @param bounds asked anew for each reading.
 */
export function boundedSource(gzip: boolean, bounds: () => Bounds): ByteSource {
  const read = (offset: number) => {
    const { path, bytes } = bounds();
    return upTo(fileSource(path, gzip).read(offset), bytes, offset);
  };
  const { path } = bounds();
  return { name: path, path, look: () => read(0), read };
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
