import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { FakeModelOptions, ModelRequest } from '../support/fake-model-server.js';
import { seededRandom } from '../support/seeded-random.js';
import { idIn, type ModelBench, modelBench } from './model-bench.js';
import { idOf, parseCsv, parseJsonl } from './workbench.js';

const ROWS = 150;
/** Kills of one run; `BATCHAI_KILLS=20` for the long version. */
const KILLS = Number(process.env.BATCHAI_KILLS ?? 5);
const SEED = Number(process.env.BATCHAI_SEED ?? Math.floor(Math.random() * 2 ** 31));
const CONCURRENCY = 10;
const OUT = ['rows.csv', '--fabric', 'mails.yaml', '-o', 'out.csv', '-b', '7', '-c', String(CONCURRENCY)];

const MAILS = `provider: openai
model: small
price: { input: 1, output: 10 }
steps:
  - name: topic
    prompt: "{{ id }}\\ntopic of {{ text }}"
    output: { topic: [delivery, other], urgent: boolean }
  - name: reply
    when: steps.topic.urgent == true
    prompt: "{{ id }}\\nreply on {{ steps.topic.topic }}"
  - name: language
    prompt: "{{ id }}\\nlanguage of {{ text }}"
  - name: check
    model: large
    price: { input: 10, output: 100 }
    when: steps.reply != blank
    prompt: "{{ id }}\\ncheck of {{ steps.reply }}"
`;

function csv(rows: number): string {
  const lines = Array.from({ length: rows }, (_, index) => `${idOf(index + 1)},mail ${index + 1}`);
  return `id,text\n${lines.join('\n')}\n`;
}

/** Every third mail is urgent. */
const isUrgent = (id: string) => Number(id) % 3 === 0;

function stepOf({ prompt }: Pick<ModelRequest, 'prompt'>): string {
  return /\n(\w+)/.exec(prompt)?.[1] ?? '';
}

function answer(request: ModelRequest): object | string {
  const id = idIn(request);
  if (stepOf(request) === 'topic') return { topic: 'delivery', urgent: isUrgent(id) };
  return `${stepOf(request)} ${id}`;
}

async function mailBench(service: FakeModelOptions = {}, rows = ROWS): Promise<ModelBench> {
  const bench = await modelBench({
    answer,
    usage: () => ({ input: 100, output: 100 }),
    latencyMs: ({ prompt }) => 2 + ((prompt.length * 7919) % 7),
    ...service,
  });
  await bench.write('mails.yaml', MAILS);
  await bench.write('rows.csv', csv(rows));
  return bench;
}

function asked(bench: ModelBench, step: string): string[] {
  return bench.server.requests.filter((request) => stepOf(request) === step).map(idIn);
}

function expected(id: string) {
  const urgent = isUrgent(id);
  return {
    topic: { topic: 'delivery', urgent },
    reply: urgent ? `reply ${id}` : null,
    language: `language ${id}`,
    check: urgent ? `check ${id}` : null,
  };
}

const URGENT = Math.floor(ROWS / 3);

describe('a run with steps', () => {
  it('asks each step of a row that its condition holds for, and says what each took', async () => {
    const bench = await mailBench();

    const { code, stdout, stderr } = await bench.run([...OUT, '--json', '--meta-columns', 'model,cost']);

    expect(code, stderr).toBe(0);
    const rows = parseCsv(await bench.read('out.csv'));
    expect(rows.map(({ ai_output }) => JSON.parse(ai_output ?? ''))).toEqual(
      rows.map(({ id }) => expected(id ?? '')),
    );
    expect(rows[2]).toMatchObject({
      ai_topic: '{"topic":"delivery","urgent":true}',
      ai_reply: 'reply 00003',
      ai_language: 'language 00003',
      ai_check: 'check 00003',
      ai_model: 'small, large',
      ai_cost: '0.0143',
    });
    expect(rows[0]).toMatchObject({ ai_reply: '', ai_check: '', ai_model: 'small' });
    const prompts = bench.server.requests.filter(({ prompt }) => prompt.startsWith('00003'));
    expect(prompts.map(({ prompt }) => prompt.split('\n')[1])).toEqual([
      'topic of mail 3',
      'reply on delivery',
      'language of mail 3',
      'check of reply 00003',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      calls: 2 * ROWS + 2 * URGENT,
      retries: 0,
      tiers: [],
      steps: [
        { step: 'topic', fabric: 'topic', asked: ROWS, answered: ROWS, calls: ROWS, cost: 0.165 },
        { step: 'reply', asked: URGENT, answered: URGENT, calls: URGENT },
        { step: 'language', asked: ROWS, answered: ROWS, calls: ROWS },
        { step: 'check', asked: URGENT, calls: URGENT, cost: 0.55 },
      ],
    });
    expect(stderr).toContain('reply: small at');
    expect(stderr).toContain('where steps.topic.urgent == true');
    expect(stderr).toContain(`step check: asked for ${URGENT} rows, $0.55`);
    const keys = bench.server.requests.map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('keeps steps of one model together to its limits, and gives others their own places', async () => {
    const most = { small: 0, large: 0 };
    const inFlight = { small: 0, large: 0 };
    const model = (request: ModelRequest) => (request.model === 'large' ? 'large' : 'small');
    const bench = await mailBench({
      latencyMs: 4,
      observe: ({ event, request }) => {
        const one = model(request);
        inFlight[one] += event === 'arrived' ? 1 : -1;
        most[one] = Math.max(most[one], inFlight[one]);
      },
    });

    const { code } = await bench.run([...OUT, '-c', '4']);

    expect(code).toBe(0);
    expect(most.small).toBe(4);
    expect(most.large).toBeLessThanOrEqual(4);
  });

  it('leaves out what needs a step that failed, and retries from there without asking again', async () => {
    const state = { broken: true };
    const bench = await mailBench(
      {
        behave: (request) =>
          state.broken && stepOf(request) === 'reply' ? { kind: 'status', status: 422 } : undefined,
      },
      9,
    );

    const run = await bench.run(OUT);
    const before = parseCsv(await bench.read('out.csv'));
    const letters = parseJsonl(await bench.read('out.csv.dead-letters.jsonl'));
    const calls = bench.server.requests.length;
    state.broken = false;
    const retried = await bench.batchai(['retry', 'out.csv', '--base-url', bench.server.url, '--json']);

    expect([run.code, retried.code], retried.stderr).toEqual([3, 0]);
    expect(before[2]).toMatchObject({ ai_reply: '', ai_check: '', ai_language: 'language 00003' });
    expect(JSON.parse(before[2]?.ai_output ?? '')).toEqual({
      ...expected('00003'),
      reply: null,
      check: null,
    });
    expect(letters).toHaveLength(3);
    expect(letters[0]).toMatchObject({
      row: 3,
      fabricId: 'mails',
      error: { kind: 'unprocessable', status: 422, step: 'reply' },
      answered: {
        topic: { answer: { topic: 'delivery', urgent: true } },
        language: { answer: 'language 00003' },
      },
    });
    expect(letters[0]).toHaveProperty('error.message', expect.stringMatching(/^step reply: /));
    expect(bench.server.requests.slice(calls).map(stepOf).sort()).toEqual([
      ...['check', 'check', 'check'],
      ...['reply', 'reply', 'reply'],
    ]);
    const rows = parseCsv(await bench.read('out.csv'));
    expect(rows.map(({ ai_output }) => JSON.parse(ai_output ?? ''))).toEqual(
      rows.map(({ id }) => expected(id ?? '')),
    );
    expect(rows[2]).toMatchObject({ ai_reply: 'reply 00003', ai_check: 'check 00003' });
    expect(await bench.list()).not.toContain('out.csv.dead-letters.jsonl');
  });

  it('keeps what a retry has answered where a later step fails again', async () => {
    const state = { broken: ['reply', 'check'] };
    const bench = await mailBench(
      {
        behave: (request) =>
          state.broken.includes(stepOf(request)) ? { kind: 'status', status: 422 } : undefined,
      },
      3,
    );
    const retry = ['retry', 'out.csv', '--base-url', bench.server.url];

    const codes = [(await bench.run(OUT)).code];
    state.broken = ['check'];
    codes.push((await bench.batchai(retry)).code);
    const between = parseCsv(await bench.read('out.csv'))[2];
    state.broken = [];
    codes.push((await bench.batchai(retry)).code);

    expect(codes).toEqual([3, 3, 0]);
    expect(between).toMatchObject({ ai_reply: 'reply 00003', ai_check: '' });
    expect(JSON.parse(parseCsv(await bench.read('out.csv'))[2]?.ai_output ?? '')).toEqual(expected('00003'));
    expect(asked(bench, 'reply').length).toBe(2);
    expect(asked(bench, 'topic').length).toBe(3);
  });

  it(`ends in the same bytes when it is killed again and again, and asks no answered step (BATCHAI_SEED=${SEED})`, async () => {
    const random = seededRandom(SEED);
    let answers = 0;
    let then = () => {};
    const settled = new Set<string>();
    const again: string[] = [];
    const bench = await mailBench({
      observe: ({ event, request }) => {
        if (event === 'arrived' && settled.has(request.prompt)) again.push(request.prompt);
        if (event === 'answered' && --answers === 0) then();
      },
    });
    const reference = await mailBench();
    await reference.run(OUT);

    let lives = 0;
    let born = 0;
    let code: number | null = null;
    while (code === null) {
      // What was answered well before a kill is in the journal.
      for (const { prompt, status } of bench.server.requests.slice(born, -3 * CONCURRENCY))
        if (status === 200) settled.add(prompt);
      born = bench.server.requests.length;
      lives++;
      const batchai = bench.start([...OUT, '--resume']);
      answers = lives > KILLS ? Number.POSITIVE_INFINITY : 10 + Math.floor(random() * (300 / KILLS));
      then = () => void delay(random() * 4).then(() => batchai.child.kill('SIGKILL'));
      ({ code } = await batchai.finished);
    }

    expect(code).toBe(0);
    expect(lives).toBeGreaterThan(2);
    expect(again).toEqual([]);
    expect(await bench.read('out.csv')).toBe(await reference.read('out.csv'));
    const repeated = bench.server.requests.length - reference.server.requests.length;
    expect(repeated).toBeLessThanOrEqual((lives - 1) * 2 * CONCURRENCY);
  });

  it('goes on after a signal with the step that was in flight', async () => {
    const state = { hangs: true };
    const bench = await mailBench(
      { behave: (request) => (stepOf(request) === 'language' && state.hangs ? { kind: 'hang' } : undefined) },
      6,
    );
    const batchai = bench.startHere(OUT, { timings: { graceMs: 200 } });
    while (asked(bench, 'language').length < 6) await delay(2);
    batchai.signal('SIGINT');
    const stopped = await batchai.finished;
    state.hangs = false;

    const { code, stdout } = await bench.run([...OUT, '--resume', '--json']);

    expect([stopped.code, code]).toEqual([130, 0]);
    expect(['topic', 'reply', 'language', 'check'].map((step) => asked(bench, step).length)).toEqual([
      6, 2, 12, 2,
    ]);
    expect(JSON.parse(stdout).calls).toBe(22);
  });

  it('shares the answers of rows that ask the same in all steps, and only of those', async () => {
    const bench = await mailBench();
    await bench.write(
      'mails.yaml',
      MAILS.replaceAll('{{ id }}\\n', '{{ text }}\\n').replace(
        'urgent == true',
        'urgent == true and stars < 3',
      ),
    );
    await bench.write('rows.csv', 'id,text,stars,note\n1,00003,1,a\n2,00003,1,b\n3,00003,5,c\n');

    const { code, stdout } = await bench.run([...OUT, '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout).saved.inRun).toBe(1);
    expect(parseCsv(await bench.read('out.csv')).map(({ ai_reply }) => ai_reply)).toEqual([
      'reply 00003',
      'reply 00003',
      '',
    ]);
  });

  it('writes the answers as they are to JSONL, and parts of them where they are named', async () => {
    const bench = await mailBench({}, 3);
    const jsonl = ['rows.csv', '--fabric', 'mails.yaml', '-o', 'out.jsonl'];

    const whole = await bench.run(jsonl);
    const parts = await bench.run([...OUT, '--columns', 'topic.urgent,reply:answer']);
    const all = await bench.run(['rows.csv', '-f', 'mails.yaml', '-o', 'all.csv', '--columns']);

    expect([whole.code, parts.code, all.code]).toEqual([0, 0, 0]);
    expect(parseJsonl(await bench.read('out.jsonl'))[2]).toEqual({
      ...{ id: '00003', text: 'mail 3' },
      ai_output: expected('00003'),
    });
    expect((await bench.read('out.csv')).split('\n')[0]).toBe('id,text,ai_output,ai_topic_urgent,answer');
    expect(parseCsv(await bench.read('out.csv'))[2]).toMatchObject({
      ai_topic_urgent: 'true',
      answer: 'reply 00003',
    });
    expect((await bench.read('all.csv')).split('\n')[0]).toBe(
      'id,text,ai_output,ai_topic_topic,ai_topic_urgent,ai_reply,ai_language,ai_check',
    );
  });

  it('runs on-device fabrics on the answers of others', async () => {
    const bench = await mailBench({}, 3);
    await bench.write(
      'mails.yaml',
      `${MAILS}  - name: mood
    fabric: local:sentiment
    inputs: [text=steps.language]
`,
    );

    const { code, stderr } = await bench.run(OUT);

    expect(code, stderr).toBe(0);
    const [row] = parseCsv(await bench.read('out.csv'));
    expect(JSON.parse(row?.ai_mood ?? '')).toHaveProperty('label');
  });

  it.each([
    [
      'an unknown column of a prompt',
      MAILS.replace('{{ text }}', '{{ txt }}'),
      'mails.yaml:6: steps[0].prompt: "txt" is used, but rows.csv has no such column, perhaps "text"',
    ],
    [
      'an unknown column of a condition',
      MAILS.replace('steps.reply != blank', 'txt != blank'),
      'mails.yaml:13: step check: when: "txt" is used, but rows.csv has no such column, perhaps "text"',
    ],
    [
      'an unknown column of its inputs',
      MAILS.replace('name: language', 'name: language\n    inputs: [id, text=body]'),
      'mails.yaml:11: step language: inputs: "body" is used, but rows.csv has no such column',
    ],
    [
      'a column of a prompt that its inputs leave out',
      MAILS.replace('name: language', 'name: language\n    inputs: [id]'),
      'mails.yaml:13: steps[2].prompt: "text" is used, but its inputs: sends no such column',
    ],
  ])('refuses %s before the first call', async (_, fabric, message) => {
    const bench = await mailBench({}, 3);
    await bench.write('mails.yaml', fabric);

    const { code, stderr } = await bench.run(OUT);

    expect([code, bench.server.requests.length]).toEqual([2, 0]);
    expect(stderr).toContain(message);
  });

  it.each([
    [
      'a column named steps',
      'id,text,steps\n1,a,b\n',
      [],
      'rows.csv has a column "steps", which the answers of the steps would hide',
    ],
    [
      'a column where an answer goes',
      'id,text,ai_reply\n1,a,b\n',
      [],
      'mails.yaml:8: step reply: rows.csv has a column "ai_reply" already',
    ],
    [
      'tiers',
      csv(1),
      ['--tier', 'large', '--min-score', '1', '--score', 'schema'],
      'mails.yaml has steps, and tiers are for one fabric',
    ],
    [
      'the column of the tier',
      csv(1),
      ['--meta-columns', 'model,tier'],
      '--meta-columns: mails.yaml has steps, and no tier that could stand in ai_tier',
    ],
    [
      'a batch API',
      csv(1),
      ['--batch-api'],
      'mails.yaml has steps, each of which needs the answers before it at once',
    ],
    [
      'an unknown step in --columns',
      csv(1),
      ['--columns', 'topik.urgent'],
      '--columns: there is no step "topik", perhaps "topic"',
    ],
  ])('refuses %s', async (_, rows, args, message) => {
    const bench = await mailBench({}, 3);
    await bench.write('rows.csv', rows);

    const { code, stderr } = await bench.run([...OUT, ...args]);

    expect([code, bench.server.requests.length]).toEqual([2, 0]);
    expect(stderr).toContain(message);
  });

  it('stops for a refused key of one step, and says which', async () => {
    const bench = await mailBench(
      { behave: ({ model }) => (model === 'large' ? { kind: 'status', status: 401 } : undefined) },
      9,
    );

    const { code, stderr } = await bench.run(OUT);

    expect(code).toBe(4);
    expect(stderr).toContain('step check: ');
  });
});
