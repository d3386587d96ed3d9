import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { ViewPage, ViewQuery } from '../../../src/monitor/view/view-forms.js';
import type { OpenedOutput } from '../../../src/run/view/opened-output.js';
import { letter, openedOutput, query } from './some-output.js';

const CSV = `id,note,ai_output,ai_model
1,The Red lamp,"{""topic"":""delivery"",""stars"":5}",large
2,a blue lamp,"{""topic"":""billing"",""stars"":12}",small
3,"a ""green"" shoe",,
4,nothing,,
5,RED and blue,"{""topic"":""delivery"",""stars"":3}",small
6,plain,as a text,small
`;
const LETTERS = [letter(4, 'unprocessable', 'Too long for the model')];

const QUERIES: readonly (readonly [string, Partial<ViewQuery>, readonly number[]])[] = [
  ['all rows', {}, [1, 2, 3, 4, 5, 6]],
  ['words in any case, in any column', { words: 'LAMP red' }, [1]],
  ['a word of the answer', { words: 'billing' }, [2]],
  ['a word with a quote', { words: '"green"' }, [3]],
  ['a word of why a row failed', { words: 'too LONG unproc' }, [4]],
  ['failed rows', { state: 'failed' }, [4]],
  ['failed rows of a kind', { kind: 'timeout' }, []],
  ['rows without an answer that did not fail', { state: 'empty' }, [3]],
  ['answered rows', { state: 'answered' }, [1, 2, 5, 6]],
  ['a part of the answer', { equals: { 'ai_output › topic': 'delivery' } }, [1, 5]],
  ['two labels at once', { equals: { 'ai_output › topic': 'delivery', ai_model: 'small' } }, [5]],
  ['no value', { equals: { 'ai_output › topic': '' } }, [3, 4, 6]],
  ['numbers as numbers', { sort: { key: 'ai_output › stars', descending: false } }, [5, 1, 2, 3, 4, 6]],
  ['the largest first', { sort: { key: 'ai_output › stars', descending: true } }, [2, 1, 5, 3, 4, 6]],
  ['texts', { words: 'a', state: 'answered', sort: { key: 'note', descending: true } }, [1, 5, 6, 2]],
];

async function found(opened: OpenedOutput, asked: Partial<ViewQuery>): Promise<readonly number[]> {
  const search = opened.search(query(asked));
  await search.go();
  const places = search.places();
  return places.slice(0, places.length);
}

describe('a search over rows', () => {
  it.each(QUERIES)('finds %s', async (_, asked, places) => {
    const opened = await openedOutput('rows.csv', CSV, LETTERS);

    expect(await found(opened, asked)).toEqual(places);
  });

  it.each(QUERIES)('finds the same in a page that holds its rows: %s', async (_, asked, places) => {
    const opened = await openedOutput('rows.csv', CSV, LETTERS);
    const held = {
      facts: { fields: opened.fields, generation: 1 },
      rows: await opened.whole([1, 2, 3, 4, 5, 6], 1_000),
    };
    const script = new URL('../../../src/monitor/view/page/held-rows.js', import.meta.url);
    const context: { heldRows?: (data: object) => { page(...asked: unknown[]): Promise<ViewPage> } } = {};
    runInNewContext(readFileSync(script, 'utf8'), context);

    const page = await context.heldRows?.(held).page(query(asked), 0, 50);

    expect(page?.rows.map(({ at }) => at)).toEqual(places);
    expect(page?.rows).toEqual(await opened.listed(places));
  });

  it('goes on with rows that are known later, and finds none twice', async () => {
    const lines = Array.from(
      { length: 500 },
      (_, index) => `${index + 1},${index % 2 === 0 ? 'even' : 'odd'}\n`,
    );
    const opened = await openedOutput('rows.csv', `id,ai_output\n${lines.join('')}`);
    const search = opened.search(query({ words: 'odd' }));

    await search.go();
    await search.go();

    expect(search).toMatchObject({ matched: 250, scanned: 500 });
    expect(search.places().slice(0, 3)).toEqual([2, 4, 6]);
  });

  it('stops when it is ended', async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `${index + 1},a label\n`);
    const opened = await openedOutput('rows.csv', `id,ai_output\n${lines.join('')}`);
    const search = opened.search(query({ words: 'label' }));

    const going = search.go();
    search.end();
    await going;

    expect(search.scanned).toBeLessThan(50_000);
  });
});
