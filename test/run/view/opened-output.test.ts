import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LiveOutput } from '../../../src/run/view/live-output.js';
import { processes } from '../../../src/this-process.js';
import { until } from '../../support/until.js';
import { letter, openedOutput, query, someOutput } from './some-output.js';

describe('an output that is open to be read', () => {
  it('shows answers first, parts of objects as fields, and counts the values of few', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, n) => `{"id":${n},"ai_output":{"topic":"${n % 3}","text":"t ${n}"}}\n`,
    );

    const opened = await openedOutput('rows.jsonl', rows.join(''));

    expect(opened.fields).toEqual([
      { key: 'ai_output', kind: 'answer' },
      { key: 'ai_output › topic', kind: 'answer', isPart: true },
      { key: 'ai_output › text', kind: 'answer', isPart: true },
      { key: 'id', kind: 'input' },
    ]);
    const values = new Map(opened.values.map(({ key, values }) => [key, values]));
    expect(values.get('ai_output › topic')).toEqual([
      { value: '0', count: 20 },
      { value: '1', count: 20 },
      { value: '2', count: 20 },
    ]);
    expect(values.get('ai_output › text')).toBeUndefined();
  });

  it('puts failures beside their rows where rows before them have no place in the output', async () => {
    const opened = await openedOutput('rows.csv', 'id,ai_output\na,x\nc,\ne,y\nf,\n', [
      letter(2, 'unreadable'),
      letter(3, 'timeout', 'after 60 s'),
      letter(4, 'unreadable'),
      letter(6, 'refused'),
    ]);

    const rows = await opened.listed([1, 2, 3, 4]);

    expect(rows.map(({ row, state, failure }) => [row, state, failure?.kind])).toEqual([
      [1, 'answered', undefined],
      [3, 'failed', 'timeout'],
      [5, 'answered', undefined],
      [6, 'failed', 'refused'],
    ]);
    expect(opened.rows.failed.unreadable).toBe(2);
    expect(opened.rows.failed.counts).toEqual([
      { value: 'timeout', count: 1 },
      { value: 'refused', count: 1 },
    ]);
  });

  it('cuts long values, and says how long they are', async () => {
    const opened = await openedOutput('rows.csv', `id,ai_output\n1,${'x'.repeat(5_000)}\n`);

    const [listed] = await opened.listed([1]);
    const [whole] = await opened.whole([1], 4_000);

    expect(listed?.values[0]).toHaveLength(400);
    expect(whole?.fields[0]).toMatchObject({ name: 'ai_output', length: 5_000 });
    expect(whole?.fields[0]?.text).toHaveLength(4_000);
  });

  it('has the digits of numbers, fields of its own in a row, and nothing that it takes for HTML', async () => {
    const opened = await openedOutput(
      'rows.jsonl',
      `${'{"id":12345678901234567890,"ai_output":"<b>"}\n'.repeat(101)}{"late":"field","ai_output":null}\n`,
    );

    const [first, last] = await opened.whole([1, 102], 100);

    expect(first?.fields.find(({ name }) => name === 'id')?.text).toBe('12345678901234567890');
    expect(last?.fields.find(({ name }) => name === 'late')?.text).toBe('field');
    expect(last?.state).toBe('empty');
  });

  it('is known as whole when it is compressed too, and then searched', async () => {
    const rows = Array.from({ length: 300 }, (_, n) => `${n + 1},said ${n + 1}\n`);
    const output = await someOutput('out.csv.gz', gzipSync(`id,ai_output\n${rows.join('')}`));
    const live = new LiveOutput({ output }, { processes, patienceMs: 50 });
    onTestFinished(() => live.close());

    await until(async () => (await live.facts()).share === 1);
    const page = await live.page('reader', query({ words: '299' }), 0, 50);

    expect(page).toMatchObject({ rows: [{ at: 299 }], total: 300, isDone: true });
    expect((await live.facts()).share).toBe(1);
  });
});
