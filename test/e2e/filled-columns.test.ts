import { describe, expect, it } from 'vitest';
import { hasRedis, queueBench } from './queue-bench.js';
import { parseJsonl, rowsCsv, workbench } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv', '--skip-filled'];

/** Of six rows 2 and 5 have no answer. */
const ROWS = `id,ai_output,note
1,one,"a, b"
2,,x
3,"three ""3""",
4,4,y
5,"",z
6," six ","q"
`;

const FILLED = ROWS.replace('2,,x', '2,described 2,x').replace('5,"",z', '5,described 5,z');

describe('--skip-filled', () => {
  it('calls only rows without a value, which gets into its place; all else stays byte for byte', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', ROWS);

    const { code, stdout, stderr } = await bench.run([...OUT, '--json']);
    const status = await bench.batchai(['status', 'out.csv']);

    expect(code, stderr).toBe(0);
    expect(status.stdout).toContain('; 4 rows kept as they were\n');
    expect(await bench.read('out.csv')).toBe(FILLED);
    expect(bench.server.requests.map(({ inputs }) => inputs)).toEqual([
      { id: '2', note: 'x' },
      { id: '5', note: 'z' },
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ total: 6, succeeded: 6, keptFilled: 4, calls: 2 });
    expect(stderr).toContain('keeps       rows with a value in "ai_output", without a call');
    expect(stderr).toContain('6 rows = 2 answered + 0 failed + 4 kept as they were');
  });

  it('is refused or without an effect where it makes no sense, and says so', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', 'id,note\n1,a\n');
    await bench.write('filled.csv', ROWS);

    const without = await bench.run(['filled.csv', '-o', 'refused.csv']);
    const { stderr } = await bench.run(OUT);

    expect(without.code).toBe(2);
    expect(without.stderr).toContain('filled.csv has a column "ai_output" already');
    expect(without.stderr).toContain('or fill its empty cells with --skip-filled');
    expect(stderr).toContain('keeps       no row yet: rows.csv has none of the columns that answers go to');
    expect(await bench.read('out.csv')).toBe('id,note,ai_output\n1,a,described 1\n');
  });

  it('finds answers in the cache, whatever stands in the places of others', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', ROWS);
    await bench.write('other.csv', 'id,note,ai_topic,ai_output\n2,x,,\n5,z,t,\n');
    await bench.run([...OUT, '--cache', 'kept']);

    const { code, stderr, stdout } = await bench.run([
      ...['other.csv', '-o', 'again.csv', '--skip-filled', '--cache', 'kept', '--json'],
      ...['--columns', 'topic', '--price', 'call=0.002'],
    ]);

    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ calls: 0, saved: { fromCache: 2 } });
  });

  it('goes on after a stop, and a retry puts answers into their places, one kept value beside them', async () => {
    const state = { isMended: false };
    const bench = await workbench({
      keyColumn: 'id',
      answer: ({ inputs }) => ({ topic: `t${inputs.id}`, title: `T ${inputs.id}` }),
      behave: ({ inputs }) =>
        inputs.id === '3' && !state.isMended ? { kind: 'status', status: 422, body: {} } : undefined,
    });
    await bench.write(
      'rows.csv',
      'topic,id,ai_title,ai_error,more\n,1,,,a\nmine,2,,old,b\n,3,"My ""title""",,c\nmine,4,Mine,old,d\n,5,,,e\n',
    );
    const args = [...OUT, '--columns', 'topic:topic,title', '--meta-columns', 'error', '-c', '1', '-b', '1'];

    const stopped = await bench.run([...args, '--max-calls', '1']);
    const resumed = await bench.batchai(['resume', 'out.csv', '--max-calls', 'none']);
    state.isMended = true;
    const retried = await bench.batchai(['retry', 'out.csv']);

    expect([stopped.code, resumed.code, retried.code]).toEqual([4, 3, 0]);
    const whole = (n: number) => `"{""topic"":""t${n}"",""title"":""T ${n}""}"`;
    expect(await bench.read('out.csv')).toBe(
      `topic,id,ai_title,ai_error,more,ai_output
t1,1,T 1,,a,${whole(1)}
mine,2,T 2,,b,${whole(2)}
t3,3,"My ""title""",,c,${whole(3)}
mine,4,Mine,old,d,
t5,5,T 5,,e,${whole(5)}
`,
    );
    expect(bench.server.requests.map(({ inputs }) => inputs.id)).toEqual(['1', '2', '3', '5', '3']);
    expect(bench.server.requests.at(-1)?.inputs).toEqual({ id: '3', more: 'c' });
  });

  it('does the same for JSONL, where rows may lack the column, and for a sample of what is to do', async () => {
    const bench = await workbench();
    const lines = ['{"id": 1, "ai_output": "one", "n": 1.0}', '{"ai_output":null,"id":2}', '{"id":3}'];
    await bench.write('rows.jsonl', `${lines.join('\n')}\n`);

    const all = await bench.run(['rows.jsonl', '-o', 'out.jsonl', '--skip-filled']);
    const some = await bench.run([
      ...['rows.jsonl', '-o', 'some.csv', '--skip-filled', '--sample-rows', '1', '--json'],
    ]);

    expect([all.code, all.stderr]).toEqual([0, expect.stringContaining('3 rows = 2 answered')]);
    expect(await bench.read('out.jsonl')).toBe(
      `${lines[0]}\n{"ai_output":"described 2","id":2}\n{"id":3,"ai_output":"described 3"}\n`,
    );
    expect(JSON.parse(some.stdout)).toMatchObject({ keptFilled: 1, leftOut: 1, calls: 1 });
    expect((await bench.read('some.csv')).split('\n').slice(0, 2)).toEqual(['id,ai_output,n', '1,one,1.0']);
  });

  it.skipIf(!hasRedis)('does the same over a queue', async () => {
    const bench = await queueBench();
    await bench.write('rows.csv', ROWS);
    bench.worker('tethys');

    const { code, stderr } = await bench.run([...OUT, '-b', '2', '--queue', bench.redis.url]);

    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(FILLED);
    expect(bench.server.requests).toHaveLength(2);
  });
});

describe('columns that stay empty', () => {
  it('are said after the first hundred answers and at the end, also over a resume, with what there is', async () => {
    const bench = await workbench({ answer: () => ({ title: 'T', tags: [], note: null }) });
    await bench.write('rows.csv', rowsCsv(150));
    const args = ['rows.csv', '-o', 'out.csv', '--columns', 'title,topic,note', '-c', '1'];

    const stopped = await bench.run([...args, '--max-calls', '120']);
    const { code, stderr, stdout } = await bench.batchai([
      ...['resume', 'out.csv', '--max-calls', 'none', '--json'],
    ]);

    const said = (answers: number) =>
      `batchai: columns "ai_topic", "ai_note" stayed empty in all ${answers} answers: they have title, tags, note\n`;
    expect(stopped.stderr).toContain(said(100));
    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain(said(100));
    expect(stderr).toContain(said(150));
    expect(JSON.parse(stdout).emptyColumns).toEqual({
      columns: ['ai_topic', 'ai_note'],
      answers: 150,
      fields: ['title', 'tags', 'note'],
    });
  });

  it('are none where a single answer has a value, and all where answers are texts', async () => {
    const bench = await workbench({ keyColumn: 'id', answer: ({ inputs }) => ({ [`t${inputs.id}`]: 0 }) });
    const texts = await workbench({ answer: () => 'just a text' });
    for (const { write } of [bench, texts]) await write('rows.csv', 'id\n1\n2\n');
    const args = ['rows.csv', '-o', 'out.csv', '--columns', 't2', '--json'];

    const some = await bench.run(args);
    const none = await texts.run(args);

    expect(JSON.parse(some.stdout).emptyColumns).toBeNull();
    expect(some.stderr).not.toContain('stayed empty');
    expect(none.stderr).toContain('column "ai_t2" stayed empty in all 2 answers: none is a JSON object\n');
  });
});

describe('--no-output-column', () => {
  const answer = ({ inputs }: { inputs: Record<string, unknown> }) => ({ topic: `t${inputs.id}` });
  const PARTS = ['--no-output-column', '--columns', 'topic'];

  it('leaves the whole answer out, through a resume', async () => {
    const bench = await workbench({ answer });
    await bench.write('rows.csv', 'id\n1\n2\n3\n');

    const stopped = await bench.run(['rows.csv', '-o', 'out.csv', ...PARTS, '-c', '1', '--max-calls', '1']);
    const resumed = await bench.batchai(['resume', 'out.csv', '--max-calls', 'none']);
    const jsonl = await bench.run(['rows.csv', '-o', 'out.jsonl', ...PARTS]);

    expect([stopped.code, resumed.code, jsonl.code]).toEqual([4, 0, 0]);
    expect(stopped.stderr).toContain('answers in "ai_topic"\n');
    expect(await bench.read('out.csv')).toBe('id,ai_topic\n1,t1\n2,t2\n3,t3\n');
    expect(parseJsonl(await bench.read('out.jsonl'))[2]).toEqual({ id: '3', ai_topic: 't3' });
  });

  it('is refused alone, since nothing of the answers would be left', async () => {
    const bench = await workbench({ answer });
    await bench.write('rows.csv', 'id\n1\n');

    const { code, stderr } = await bench.run(['rows.csv', '-o', 'out.csv', '--no-output-column']);

    expect(code).toBe(2);
    expect(stderr).toContain('--no-output-column leaves nothing of the answers: add --columns');
    expect(bench.server.requests).toEqual([]);
  });
});
