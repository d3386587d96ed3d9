import { describe, expect, it } from 'vitest';
import { START } from '../../src/rows/row.js';
import { every, readFile } from './memory-source.js';

const MB = 1024 * 1024;

/** The last rows of the batches, as the reader ends them. */
async function batchEnds(text: string, chunkBytes: number, from = START): Promise<number[]> {
  const { blocks } = await readFile(text, {
    format: 'jsonl',
    cut: every(chunkBytes),
    from,
    blockRows: 50,
    badRows: 'collect',
  });
  return blocks.filter(({ endsBatch, end }) => endsBatch || end.row % 50 === 0).map(({ end }) => end.row);
}

describe('batches of large rows', () => {
  const line = (kilobytes: number) => `{"a":"${'x'.repeat(kilobytes * 1024)}"}\n`;

  it('end after 2 MB and the row that is there then, wherever the chunks end', async () => {
    const text = line(3 * 1024) + line(1) + line(1500) + line(1500) + line(700).repeat(4);

    for (const chunkBytes of [64 * 1024, 100_000, MB, 100 * MB]) {
      expect(await batchEnds(text, chunkBytes)).toEqual([1, 4, 7]);
    }
  });

  it('are the same for a run that goes on from one of them', async () => {
    const text = line(700).repeat(12);
    const { blocks } = await readFile(text, { format: 'jsonl', cut: every(MB), blockRows: 50 });
    const second = blocks.filter(({ endsBatch }) => endsBatch)[1];

    expect(await batchEnds(text, 64 * 1024)).toEqual([3, 6, 9, 12]);
    expect(await batchEnds(text, 64 * 1024, second?.end)).toEqual([9, 12]);
  });
});
