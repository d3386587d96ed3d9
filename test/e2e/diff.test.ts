import { describe, expect, it } from 'vitest';
import { workbench } from './workbench.js';

const BEFORE = 'id,name,ai_output\n1,Ada,yes\n2,Bob,no\n3,Cy,same\n4,Di,gone\n';
const LATER =
  '{"id":3,"name":"Cy","ai_output":"same"}\n{"id":2,"name":"Bob","ai_output":{"label":"maybe","score":1.50}}\n{"id":1,"name":"Ada","ai_output":null,"score":1}\n{"id":5,"name":"Ed","ai_output":"new"}\n';

async function twoFiles() {
  const bench = await workbench();
  await bench.write('before.csv', BEFORE);
  await bench.write('after.jsonl', LATER);
  return bench;
}

describe('batchai diff', () => {
  it('shows the rows of two outputs that differ, and counts them by column', async () => {
    const { write, batchai } = await twoFiles();
    await write('later.csv', BEFORE.replace('yes', '').replace('Bob', 'Bert').replace('4,Di,gone\n', ''));

    const { code, stdout, stderr } = await batchai(['diff', 'before.csv', 'later.csv']);

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      'row 1\n  ai_output: yes → (empty)\nrow 2\n  name: Bob → Bert\nrow 4: only in the first file\n\n' +
        '2 of 3 rows differ: name in 1, ai_output in 1\n1 row only in the first file\n',
    );
  });

  it('pairs rows by a key, across formats, and writes JSON', async () => {
    const { batchai } = await twoFiles();

    const { code, stdout, stderr } = await batchai([
      'diff',
      'before.csv',
      'after.jsonl',
      '--key',
      'id',
      '--json',
    ]);

    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        kind: 'changed',
        before: 2,
        after: 2,
        key: '2',
        changes: [{ column: 'ai_output', before: 'no', after: '{"label":"maybe","score":1.50}' }],
      },
      {
        kind: 'changed',
        before: 1,
        after: 3,
        key: '1',
        changes: [{ column: 'ai_output', before: 'yes', after: '' }],
      },
      { kind: 'removed', before: 4, key: '4' },
      { kind: 'added', after: 4, key: '5' },
    ]);
    expect(stderr).toContain('batchai: 2 of 3 rows differ: ai_output in 2\n');
    expect(stderr).toContain('not compared, only in the second file: "score"');
  });

  it('shows as many rows as wanted, counts all, and keeps quiet where nothing differs', async () => {
    const { batchai } = await twoFiles();

    const some = await batchai([
      'diff',
      'before.csv',
      'after.jsonl',
      '--rows',
      '1',
      '--columns',
      'ai_output',
    ]);
    const same = await batchai(['diff', 'before.csv', 'before.csv']);

    expect(some.stdout).toMatch(
      /^row 1\n {2}ai_output: yes → same\n… 3 more rows \(--rows shows more\)\n\n4 of 4 rows differ/,
    );
    expect(same.stdout).toBe('no difference in 4 rows\n');
  });

  it.each([
    [['before.csv', 'nowhere.csv'], 'nowhere.csv: there is no such file'],
    [['before.csv', '-'], 'standard input cannot be compared; give two files'],
    [['before.csv', 'after.jsonl', '--key', 'nr'], 'before.csv has no column "nr"'],
    [['before.csv', 'after.jsonl', '--columns', 'score'], 'before.csv has no column "score"'],
    [
      ['before.csv', 'after.jsonl', '--key', 'nr', '--columns', 'score'],
      'before.csv has no columns "nr", "score"',
    ],
    [['before.csv', 'after.jsonl', '--rows', '0'], '--rows: wanted a whole number from 1 up, got "0"'],
  ])('refuses %j', async (args, message) => {
    const { batchai } = await twoFiles();

    const { code, stderr } = await batchai(['diff', ...args]);

    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
