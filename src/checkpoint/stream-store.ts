import { once } from 'node:events';
import type { Position } from '../rows/row.js';
import type { RowSink } from './append-file.js';
import { KEEPS_NOTHING } from './keeps-nothing.js';
import { lettersInOrder } from './letters-in-order.js';
import type { RunStore } from './store.js';
import type { CommittedTally, ResultEncoder, WrittenRows } from './store-options.js';

/**
 * The store of a run that writes to a stream: rows go out in order as they are committed, and nothing is
 * kept from which it could go on. Dead letters have their file all the same.
 *
 * @param finished hears how many rows the whole run had, and how many of them went out.
 */
export async function streamStore(
  output: NodeJS.WritableStream,
  deadLetters: RowSink,
  encoder: ResultEncoder,
  tally: CommittedTally,
  finished: (written: WrittenRows) => Promise<void> | void,
): Promise<RunStore> {
  const write = async (text: string) => {
    if (text !== '' && !output.write(text)) await once(output, 'drain');
  };
  await write(encoder.header);
  let position: Position = { offset: 0, row: 0, line: 1, crc: 0 };
  let outputRows = 0;
  return {
    ...KEEPS_NOTHING,
    get position() {
      return position;
    },
    commit: async ({ batch, results }) => {
      let text = '';
      for (const row of batch.unreadable) tally.addUnreadable(row);
      for (const result of results) {
        tally.add(result);
        text += encoder.encode(result);
      }
      outputRows += results.length;
      position = batch.end;
      const letters = lettersInOrder(batch.unreadable, results, encoder);
      await write(text);
      if (letters !== '') await deadLetters.append(letters);
    },
    noteAbandoned: (calls, spent) => tally.addCalls(calls, spent),
    save: async () => {
      await deadLetters.write();
    },
    finish: async () => {
      await deadLetters.write();
      await finished({ rows: position.row, outputRows });
    },
    close: () => deadLetters.close(),
  };
}
