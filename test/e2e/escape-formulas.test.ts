import { describe, expect, it } from 'vitest';
import type { RecordedRequest } from '../support/fake-fabric-server.js';
import { parseCsv, workbench } from './workbench.js';

const ANSWERS: readonly (string | object)[] = [
  '=HYPERLINK("http://127.0.0.1/","x")',
  '-3',
  '+SUM(1,2)',
  { title: '@SUM(1)', tags: ['=1'] },
  { title: 'plain', tags: '-2+3' },
];
const ROWS = 'id,note\n1,=1+1\n2,b\n3,c\n4,d\n5,e\n';
const ESCAPED = [
  {
    id: '1',
    note: '=1+1',
    ai_output: `'=HYPERLINK("http://127.0.0.1/","x")`,
    ai_title: '',
    ai_tags: '',
  },
  { id: '2', ai_output: '-3' },
  { id: '3', ai_output: "'+SUM(1,2)" },
  { id: '4', ai_output: '{"title":"@SUM(1)","tags":["=1"]}', ai_title: "'@SUM(1)", ai_tags: '["=1"]' },
  { id: '5', ai_output: '{"title":"plain","tags":"-2+3"}', ai_title: 'plain', ai_tags: "'-2+3" },
];

/** A service that refuses some rows until it is mended. */
async function formulas(refuses: (id: number) => boolean = () => false) {
  const state = { mended: false };
  const bench = await workbench({
    keyColumn: 'id',
    answer: ({ inputs }: RecordedRequest) => ANSWERS[Number(inputs.id) - 1] ?? '=1',
    behave: ({ inputs }: RecordedRequest) =>
      !state.mended && refuses(Number(inputs.id))
        ? { kind: 'status', status: 422, body: { message: 'no such thing' } }
        : undefined,
  });
  await bench.write('rows.csv', ROWS);
  return { bench, state };
}

const COLUMNS = ['--columns', 'title,tags'];

describe('--escape-formulas', () => {
  it.each([
    ['out.csv', ','],
    ['out.tsv', '\t'],
  ])('puts an apostrophe before answers that a spreadsheet would run: %s', async (name, delimiter) => {
    const { bench } = await formulas();

    const { code, stderr } = await bench.run(['rows.csv', '-o', name, ...COLUMNS, '--escape-formulas']);

    expect(code, stderr).toBe(0);
    expect(stderr).toContain("answers that a spreadsheet would run get a ' before them");
    expect(parseCsv(await bench.read(name), delimiter)).toMatchObject(ESCAPED);
  });

  it('is off where it is not asked for', async () => {
    const { bench } = await formulas();

    await bench.run(['rows.csv', '-o', 'out.csv']);

    expect(parseCsv(await bench.read('out.csv'))[0]?.ai_output).toBe(ANSWERS[0]);
  });

  it('is kept by a retry', async () => {
    const { bench, state } = await formulas((id) => id !== 2);
    const { bench: whole } = await formulas();
    const args = ['rows.csv', '-o', 'out.csv', ...COLUMNS, '--escape-formulas', '--meta-columns'];
    await bench.run(args);
    await whole.run(args);

    state.mended = true;
    const { code, stderr } = await bench.batchai(['retry', 'out.csv']);

    expect(code, stderr).toBe(0);
    const timeless = (text: string) => parseCsv(text).map(({ ai_latency_ms: _, ...row }) => row);
    expect(timeless(await bench.read('out.csv'))).toMatchObject(ESCAPED);
    expect(timeless(await bench.read('out.csv'))).toEqual(timeless(await whole.read('out.csv')));
  });

  it('must be the same when the run goes on', async () => {
    const { bench } = await formulas();
    const args = ['rows.csv', '-o', 'out.csv'];
    await bench.run([...args, '--escape-formulas']);
    await bench.write('rows.csv', `${ROWS}6,f\n`);

    const without = await bench.run([...args, '--resume']);
    const same = await bench.run([...args, '--resume', '--escape-formulas']);

    expect(without.code).toBe(2);
    expect(without.stderr).toContain('--escape-formulas changed');
    expect(same.code, same.stderr).toBe(0);
    expect(parseCsv(await bench.read('out.csv'))[5]?.ai_output).toBe("'=1");
  });

  it('is refused for JSONL, before anything is called', async () => {
    const { bench } = await formulas();

    const { code, stderr } = await bench.run(['rows.csv', '-o', 'out.jsonl', '--escape-formulas']);

    expect(code).toBe(2);
    expect(stderr).toContain('--escape-formulas is for CSV and TSV');
    expect(bench.server.requests).toEqual([]);
  });
});
