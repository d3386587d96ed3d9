import { Readable } from 'node:stream';
import { InputChangedError, InputError, UnreadableRowError } from '../../rows/input-error.js';
import type { RowBlock } from '../../rows/row.js';
import type { RunStop } from '../control/stop.js';

/**
 * The reader's blocks as a stream that simply ends when the run stops: at once, even while the reader
 * waits for a slow standard input. A row that cannot be read stops it too, once the rows before it are done.
 */
export function rowStream(blocks: AsyncGenerator<RowBlock, void>, stop: RunStop): Readable {
  const stream = new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      next().then(
        (block) => {
          if (!stop.signal.aborted) stream.push(block);
        },
        (error) => stream.destroy(error),
      );
    },
  });
  if (stop.signal.aborted) stream.push(null);
  else stop.signal.addEventListener('abort', () => stream.push(null), { once: true });
  return stream;

  async function next(): Promise<RowBlock | null> {
    if (stop.signal.aborted) return null;
    try {
      const { done, value } = await blocks.next();
      return done ? null : value;
    } catch (error) {
      if (error instanceof InputChangedError) {
        // No call more is paid for rows that are gone.
        stop.request({ kind: 'input-changed', error });
        return null;
      }
      if (!(error instanceof UnreadableRowError || error instanceof InputError)) throw error;
      stop.requestAfterRows({ kind: 'unreadable-row', error });
      return null;
    }
  }
}
