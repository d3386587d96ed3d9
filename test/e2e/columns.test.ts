import { describe, expect, it } from 'vitest';
import type { Behaviour, FakeFabricOptions, RecordedRequest } from '../support/fake-fabric-server.js';
import { runBatchai } from '../support/run-batchai.js';
import { startBatchai } from '../support/start-batchai.js';
import { API_KEY, parseCsv, parseJsonl, rowsCsv, type Workbench, workbench } from './workbench.js';

const TITLE_AND_TAGS = ['--columns', 'title,tags'];
const REFUSED: Behaviour = { kind: 'status', status: 422, body: { message: 'no such thing' } };

/** The n-th row's answer: objects of several shapes, one of them as a text, and plain texts. */
function answerOf(n: number): string | object {
  switch (n % 5) {
    case 0:
      return `just text, number ${n}`;
    case 1:
      return { title: `Item "${n}", blue`, tags: ['new', n], more: true };
    case 2:
      return JSON.stringify({ title: `Item ${n}`, tags: null });
    case 3:
      return { tags: { n } };
    default:
      return { title: `${n}`, tags: `a\nb` };
  }
}

interface State {
  mended: boolean;
}

function describing(refuses: (n: number) => boolean, options: FakeFabricOptions = {}) {
  const state: State = { mended: false };
  const service = {
    keyColumn: 'id',
    answer: ({ inputs }: RecordedRequest) => answerOf(Number(inputs.id)),
    behave: ({ inputs }: RecordedRequest) =>
      !state.mended && refuses(Number(inputs.id)) ? REFUSED : undefined,
    ...options,
  };
  return { state, opening: workbench(service) };
}

const none = () => false;

describe('an answer is spread over columns', () => {
  it('of a CSV, behind the answer itself; what it lacks, and a failed row, leaves them empty', async () => {
    const bench = await describing((n) => n === 6).opening;
    await bench.write('rows.csv', 'id,name\n1,a\n2,"b"\n3,c\n4,d\n5,e\n6,f\n');

    const { code, stderr } = await bench.run(['rows.csv', '-o', 'out.csv', ...TITLE_AND_TAGS]);

    expect(code).toBe(3);
    expect(stderr).toContain('answers in "ai_output", and in "ai_title", "ai_tags"');
    expect(await bench.read('out.csv')).toContain('\n2,"b","{""title"":""Item 2"",""tags"":null}",Item 2,\n');
    expect(parseCsv(await bench.read('out.csv'))).toMatchObject([
      { id: '1', ai_output: JSON.stringify(answerOf(1)), ai_title: 'Item "1", blue', ai_tags: '["new",1]' },
      { id: '2', ai_output: answerOf(2), ai_title: 'Item 2', ai_tags: '' },
      { id: '3', ai_title: '', ai_tags: '{"n":3}' },
      { id: '4', ai_title: '4', ai_tags: 'a\nb' },
      { id: '5', ai_output: 'just text, number 5', ai_title: '', ai_tags: '' },
      { id: '6', ai_output: '', ai_title: '', ai_tags: '' },
    ]);
  });

  it('of JSONL, with lists and objects as they are', async () => {
    const bench = await describing((n) => n === 5).opening;
    await bench.write('rows.jsonl', '{"id":1}\n{"id":2}\n{"id":3}\n{"id":5}\n');

    await bench.run(['rows.jsonl', '-o', 'out.jsonl', '--columns', 'tags,title']);

    expect(parseJsonl(await bench.read('out.jsonl'))).toEqual([
      { id: 1, ai_output: answerOf(1), ai_tags: ['new', 1], ai_title: 'Item "1", blue' },
      { id: 2, ai_output: answerOf(2), ai_tags: null, ai_title: 'Item 2' },
      { id: 3, ai_output: answerOf(3), ai_tags: { n: 3 }, ai_title: null },
      { id: 5, ai_output: null, ai_tags: null, ai_title: null },
    ]);
  });

  it('of all that a fabric on this machine gives, without a name', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', 'id,text\n1,A great kettle!\n2,It broke. Horrible.\n3,\n');

    const { code, stdout } = await bench.run([
      'rows.csv',
      '-o',
      '-',
      '--columns',
      '--fabric',
      'local:sentiment',
    ]);

    const rows = parseCsv(stdout);
    expect(code).toBe(0);
    expect(rows.map(({ ai_label, ai_score }) => ({ label: ai_label, score: Number(ai_score) }))).toEqual(
      rows.map(({ ai_output }) => JSON.parse(ai_output ?? '')),
    );
    expect(rows[2]).toMatchObject({ ai_label: 'neutral', ai_score: '0' });
  });
});

describe('--columns is refused before anything is called', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['without names, where nothing says what there is', ['--columns'], /name those to spread/],
    [
      'where the file has the column',
      ['--columns', 'title,name'],
      /rows\.csv has a column "ai_name" already/,
    ],
    ['where it is that of the answers', ['--columns', 'output'], /--output-column/],
    ['with a name twice', ['--columns', 'title,title'], /"title" is named twice/],
    ['with no name', ['--columns', 'title,'], /wanted names such as title,tags/],
    ['of texts', ['--columns', '--fabric', 'local:summary'], /answers are texts/],
    [
      'with a name that there is not',
      ['--columns', 'labels', '--fabric', 'local:sentiment'],
      /no property "labels" \(did you mean label\?\); they have label, score/,
    ],
  ])('%s', async (_what, args, says) => {
    const bench = await workbench();
    await bench.write('rows.csv', 'id,name,ai_name\n1,mug,x\n');

    const { code, stderr } = await bench.run(['rows.csv', ...args]);

    expect(code).toBe(2);
    expect(stderr).toMatch(says);
    expect(bench.server.requests).toEqual([]);
    expect(await bench.list()).toEqual(['rows.csv']);
  });

  it('where it takes the input for a name', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', 'id\n1\n');

    const { code, stderr } = await bench.run(['--columns', 'rows.csv']);

    expect(code).toBe(2);
    expect(stderr).toContain(
      '--columns took "rows.csv" as its value: put it before the options, or --columns last',
    );
  });
});

describe('a row that has such a column already', () => {
  const lines = Array.from({ length: 300 }, (_, n) => `{"id":${n + 1}}`);
  lines[249] = '{"id":250,"ai_title":"mine"}';
  const rows = `${lines.join('\n')}\n`;

  it('is refused before the first call where the file can be looked through', async () => {
    const bench = await describing(none).opening;
    await bench.write('rows.jsonl', rows);

    const { code, stderr } = await bench.run(['rows.jsonl', '-o', 'out.jsonl', ...TITLE_AND_TAGS]);

    expect(code).toBe(2);
    expect(stderr).toContain('rows.jsonl has a column "ai_title" already');
    expect(bench.server.requests).toEqual([]);
  });

  it('is a bad row where it is met under way, in a stream', async () => {
    const bench = await describing(none).opening;

    const { code, stderr } = await bench.run(
      ['-', '--format', 'jsonl', '-o', 'out.jsonl', ...TITLE_AND_TAGS],
      { stdin: rows },
    );

    expect(code).toBe(4);
    expect(stderr).toMatch(/line 250 .*wanted no column "ai_title"/);
  });

  it.each(['out.jsonl', 'out.csv'])('is put aside where bad rows are: %s', async (output) => {
    const bench = await describing(none).opening;
    await bench.write('rows.jsonl', rows);
    const args = ['rows.jsonl', '-o', output, ...TITLE_AND_TAGS, '--bad-rows', 'dead-letter'];

    const { code } = await bench.run(args);

    expect(code).toBe(3);
    expect(bench.server.requests).toHaveLength(299);
    const letters = parseJsonl(await bench.read(`${output}.dead-letters.jsonl`));
    expect(letters).toMatchObject([{ row: 250, error: { kind: 'unreadable' } }]);
    const written =
      output === 'out.csv' ? parseCsv(await bench.read(output)) : parseJsonl(await bench.read(output));
    expect(written).toHaveLength(299);
    expect((await bench.run([...args, '--resume'])).code, 'it is finished').toBe(0);
  });
});

describe('a run with --columns', () => {
  const OUT = ['rows.csv', '-o', 'out.csv', ...TITLE_AND_TAGS, '-c', '5', '-b', '7', '--resume'];

  it('keeps its columns when it is killed and goes on', async () => {
    const bench = await describing((n) => n % 11 === 0, { latencyMs: 10 }).opening;
    const whole = await describing((n) => n % 11 === 0).opening;
    for (const { write } of [bench, whole]) await write('rows.csv', rowsCsv(120));
    await whole.run(OUT);

    for (let kill = 1; kill <= 3; kill++) {
      const killed = bench.start(OUT);
      await answered(bench, bench.server.requests.length + 25);
      killed.child.kill('SIGKILL');
      await killed.finished;
    }
    const { code } = await bench.run(OUT);

    expect(code).toBe(3);
    expect(await bench.read('out.csv')).toBe(await whole.read('out.csv'));
  });

  it.each([[['--columns', 'title']], [[]]])('does not go on with others: %j', async (others) => {
    const bench = await describing(none).opening;
    await bench.write('rows.csv', rowsCsv(5));
    await bench.run(['rows.csv', '-o', 'out.csv', ...TITLE_AND_TAGS]);

    const { code, stderr } = await bench.run(['rows.csv', '-o', 'out.csv', '--resume', ...others]);

    expect(code).toBe(2);
    expect(stderr).toContain('--columns changed');
    expect(bench.server.requests).toHaveLength(5);
  });
});

describe('a retry', () => {
  const jsonl = `${Array.from({ length: 30 }, (_, n) => `{"id":${n + 1}, "s" : "\\u00e9"}`).join('\n')}\n`;
  const refuses = (n: number) => n % 3 === 0;

  it.each([
    ['rows.csv', 'out.csv', rowsCsv(30)],
    ['rows.csv', 'out.tsv', rowsCsv(30)],
    ['rows.csv', 'out.jsonl', rowsCsv(30)],
    ['rows.jsonl', 'out.jsonl.gz', jsonl],
    ['rows.jsonl', 'out.csv', jsonl],
  ])('puts answers into all of their columns: %s to %s', async (input, output, text) => {
    const { opening, state } = describing(refuses);
    const [bench, whole] = [await opening, await describing(none).opening];
    for (const { write } of [bench, whole]) await write(input, text);
    for (const { run } of [bench, whole]) await run([input, '-o', output, ...TITLE_AND_TAGS]);
    const letters = parseJsonl(await bench.read(`${output}.dead-letters.jsonl`));

    state.mended = true;
    const { code } = await retry(bench, output);

    expect(letters.map(({ item }) => Object.keys(item as object))).not.toContainEqual(
      expect.arrayContaining(['ai_title']),
    );
    expect(code).toBe(0);
    expect(await textOf(bench, output)).toBe(await textOf(whole, output));
  });

  it('ends in the same file when it is killed', async () => {
    const { opening, state } = describing((n) => n % 2 === 0, { latencyMs: 10 });
    const [bench, whole] = [await opening, await describing(none).opening];
    for (const { write } of [bench, whole]) await write('rows.csv', rowsCsv(120));
    for (const { run } of [bench, whole]) await run(['rows.csv', '-o', 'out.csv', ...TITLE_AND_TAGS]);
    state.mended = true;

    for (let kill = 1; kill <= 2; kill++) {
      const env = { PROMPTHA_API_KEY: API_KEY };
      const killed = startBatchai(['retry', 'out.csv', '-c', '5'], { cwd: bench.folder, env });
      await answered(bench, bench.server.requests.length + 15);
      killed.child.kill('SIGKILL');
      await killed.finished;
    }
    const { code } = await retry(bench, 'out.csv');

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe(await whole.read('out.csv'));
  });
});

function retry(bench: Workbench, output: string) {
  return runBatchai(['retry', output], { cwd: bench.folder, env: { PROMPTHA_API_KEY: API_KEY } });
}

async function answered(bench: Workbench, requests: number): Promise<void> {
  while (bench.server.requests.length < requests) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function textOf(bench: Workbench, name: string): Promise<string> {
  if (!name.endsWith('.gz')) return bench.read(name);
  const { gunzipSync } = await import('node:zlib');
  const { readFile } = await import('node:fs/promises');
  return gunzipSync(await readFile(bench.path(name))).toString('utf8');
}

describe('columns with names of their own', () => {
  it('stand in the output under them, with those about calls that are asked for, through a resume and a retry', async () => {
    const { state, opening } = describing((n) => n === 4);
    const bench = await opening;
    await bench.write('rows.csv', rowsCsv(7));
    const asked = [
      'rows.csv',
      '-o',
      'out.csv',
      '--columns',
      'title:label,tags',
      '--meta-columns',
      'error,model',
    ];

    await bench.run([...asked, '--limit', '3']);
    const resumed = await bench.run([...asked, '--resume']);
    const between = parseCsv(await bench.read('out.csv'));
    state.mended = true;
    const env = { PROMPTHA_API_KEY: API_KEY };
    const retried = await runBatchai(['retry', 'out.csv'], { cwd: bench.folder, env });

    expect([resumed.code, retried.code]).toEqual([3, 0]);
    expect(Object.keys(between[0] ?? {}).slice(-5)).toEqual([
      'ai_output',
      'label',
      'ai_tags',
      'ai_model',
      'ai_error',
    ]);
    expect(between[3]).toMatchObject({ label: '', ai_error: expect.stringContaining('no such thing') });
    expect(between[6]).toMatchObject({ label: 'Item 7', ai_error: '' });
    expect(parseCsv(await bench.read('out.csv'))[3]).toMatchObject({ label: '4', ai_error: '' });
  });

  it('are refused where there are none of such a name', async () => {
    const bench = await describing(none).opening;
    await bench.write('rows.csv', rowsCsv(1));

    const { code, stderr } = await bench.run(['rows.csv', '-o', 'out.csv', '--meta-columns', 'eror']);

    expect(code).toBe(2);
    expect(stderr).toContain('got "eror" (did you mean error?)');
  });
});
