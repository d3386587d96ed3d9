import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RawAnswer, type RawService, rawService } from '../support/raw-service.js';
import { hasRedis, redisForTest } from '../support/redis-for-test.js';
import { runBatchai } from '../support/run-batchai.js';
import { startBatchai } from '../support/start-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { startWorker } from './queue-bench.js';

/** All that JavaScript's numbers do not give back as it stood, and one that they do. */
const DIGITS = [
  '9007199254740993',
  '9007199254740992',
  '1.10',
  '1.0',
  '1e400',
  '-0',
  '0.1234567890123456789',
  '7',
];
const ROWS = `${DIGITS.map((digits) => `{"id":${digits},"in":[{"n":${digits}}]}`).join('\n')}\n`;

const inputsIn = (body: string) => body.slice(body.indexOf('"inputs":') + '"inputs":'.length, -1);
const digitsIn = (body: string) => /"id":([^,}]*)/.exec(body)?.[1] ?? '';
const ENV = { PROMPTHA_API_KEY: 'test-key', OPENAI_API_KEY: 'test-key', ANTHROPIC_API_KEY: 'test-key' };

/** Rows of all kinds of numbers, and a fabric at Promptha that answers with each row's own, and with 1.0. */
async function aBench(answer: (body: string) => RawAnswer = answerOf) {
  const folder = await temporaryFolder();
  const service = await rawService(answer);
  await writeFile(join(folder, 'rows.jsonl'), ROWS);
  const options = { cwd: folder, env: ENV };
  return {
    service,
    options,
    args: (...more: string[]) => [
      'run',
      'rows.jsonl',
      '-f',
      'x',
      '--base-url',
      service.url,
      '-r',
      'none',
      ...more,
    ],
    batchai: (...args: string[]) => runBatchai(args, options),
    read: (name: string) => readFile(join(folder, name), 'utf8'),
    write: (name: string, content: string) => writeFile(join(folder, name), content),
  };
}

function answerOf(body: string): string {
  return `{"output":{"n":${digitsIn(body)},"score":1.0},"usage":{"input_tokens":5,"output_tokens":2}}`;
}

const OBJECTS = DIGITS.map((n) => `{"id":${n},"in":[{"n":${n}}],"ai_output":{"n":${n},"score":1.0}}\n`).join(
  '',
);

function expectAllAsked({ bodies }: RawService): void {
  expect(bodies.map(inputsIn).sort()).toEqual(ROWS.trimEnd().split('\n').sort());
}

describe('digits of numbers stay as they stood', () => {
  it('in requests, of which each is a question of its own, and in JSONL', async () => {
    const { args, batchai, service, read } = await aBench();

    const { code } = await batchai(...args('-o', 'out.jsonl'));

    expect(code).toBe(0);
    expectAllAsked(service);
    expect(await read('out.jsonl')).toBe(OBJECTS);
  });

  it('in the cells of a CSV, and over columns', async () => {
    const { args, batchai, read } = await aBench();

    await batchai(...args('-o', 'out.csv', '--columns', 'n,score', '-c', '1'));

    const lines = (await read('out.csv')).trimEnd().split('\n');
    expect(lines[0]).toBe('id,in,ai_output,ai_n,ai_score');
    expect(lines.slice(1)).toEqual(
      DIGITS.map((n) => `${n},"[{""n"":${n}}]","{""n"":${n},""score"":1.0}",${n},1.0`),
    );
  });

  it('in answers that are numbers', async () => {
    const { args, batchai, read } = await aBench((body) => `{"output":${digitsIn(body)}}`);

    await batchai(...args('-o', 'out.jsonl'));
    await batchai(...args('-o', 'out.csv', '--inputs', 'id'));

    expect((await read('out.jsonl')).match(/(?<="ai_output":)[^}]+/g)).toEqual(DIGITS);
    expect((await read('out.csv')).match(/(?<=,)[^,\n]+$/gm)?.slice(1)).toEqual(DIGITS);
  });

  it('in dead letters, and through a retry that reads them', async () => {
    let isMended = false;
    const { args, batchai, service, read } = await aBench((body) =>
      isMended ? answerOf(body) : { status: 422, body: '{"message":"no"}' },
    );

    const { code } = await batchai(...args('-o', 'out.jsonl'));
    const letters = await read('out.jsonl.dead-letters.jsonl');
    const asked = service.bodies.length;
    isMended = true;
    const retried = await batchai('retry', 'out.jsonl', '-r', 'none');

    expect([code, retried.code]).toEqual([3, 0]);
    expect(letters.match(/(?<="item":).*?(?=,"fabricId")/g)).toEqual(ROWS.trimEnd().split('\n'));
    expectAllAsked({ ...service, bodies: service.bodies.slice(asked) });
    expect(await read('out.jsonl')).toBe(OBJECTS);
  });

  it('through kill -9 and a resume that reads the journal', async () => {
    const { args, batchai, service, options, read } = await aBench((body) =>
      // Of the first row's answer all others wait to be written: they are in the journal alone.
      digitsIn(body) === DIGITS[0] && service.bodies.length <= DIGITS.length ? undefined : answerOf(body),
    );
    const running = startBatchai(
      args('-o', 'out.jsonl', '--no-progress', '--metrics-file', 'figures.prom'),
      options,
    );
    while (!(await journalOf(options.cwd)).includes('"row":8')) await new Promise(setImmediate);

    running.child.kill('SIGKILL');
    await running.finished;
    const { code } = await batchai(...args('-o', 'out.jsonl', '--resume'));

    expect(code).toBe(0);
    expect(service.bodies).toHaveLength(DIGITS.length + 1);
    expect(await read('out.jsonl')).toBe(OBJECTS);
  });

  it('in the cache', async () => {
    const { args, batchai, service, read } = await aBench();

    await batchai(...args('-o', 'one.jsonl', '--cache', 'kept'));
    const { code } = await batchai(...args('-o', 'two.jsonl', '--cache', 'kept'));

    expect(code).toBe(0);
    expect(service.bodies).toHaveLength(DIGITS.length);
    expect(await read('two.jsonl')).toBe(OBJECTS);
  });

  it('in what preview prints', async () => {
    const { args, batchai } = await aBench();

    const { stdout } = await batchai('preview', ...args('--json', '--rows', '8').slice(1));

    expect(stdout.match(/(?<="inputs":\{"id":)[^,]+/g)).toEqual(DIGITS);
    expect(stdout.match(/(?<="answer":\{"n":)[^,]+/g)).toEqual(DIGITS);
  });

  it.skipIf(!hasRedis)('over a queue, both ways', async () => {
    const redis = await redisForTest();
    const { args, batchai, service, options, read } = await aBench();
    startWorker(['--queue', redis.url], options);

    const { code } = await batchai(...args('-o', 'out.jsonl', '--queue', redis.url));

    expect(code).toBe(0);
    expectAllAsked(service);
    expect(await read('out.jsonl')).toBe(OBJECTS);
  });
});

async function journalOf(folder: string): Promise<string> {
  const journal = join(folder, 'out.jsonl.checkpoint', 'answers-000001.jsonl');
  return readFile(journal, 'utf8').catch(() => '');
}

const FABRIC = `provider: openai
model: gpt-4.1-mini
prompt: |
  {{ id }} {{ in | json }} {% if id > 2 %}more{% else %}less{% endif %} {{ id | times: 2 }}
parameters:
  seed: 9007199254740993
  temperature: 0.5
`;

const chat = (content: string) =>
  `{"choices":[{"index":0,"message":{"role":"assistant","content":${JSON.stringify(content)}},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"cost":1.5e-07}}`;

describe('with a model', () => {
  it('digits stand in prompts and compare as numbers, and a long seed keeps its own', async () => {
    const { batchai, args, service, write } = await aBench(() => chat('x'));
    await write('fabric.yaml', FABRIC);

    const shown = await batchai('fabrics', 'show', 'fabric.yaml', '--input', 'rows.jsonl');
    const { code } = await batchai(...args('-f', 'fabric.yaml', '-o', 'out.jsonl', '-c', '1'));

    expect([code, shown.code]).toEqual([0, 0]);
    expect(shown.stdout).toContain('"seed": 9007199254740993,');
    for (const body of service.bodies) expect(body).toContain('"seed":9007199254740993,"temperature":0.5');
    const prompts = service.bodies.map((body) => JSON.parse(body).messages[0].content.trim());
    expect(prompts.map((prompt) => prompt.split(' ').slice(0, 3))).toEqual(
      DIGITS.map((n) => [n, `[{"n":${n}}]`, Number(n) > 2 ? 'more' : 'less']),
    );
    expect(prompts[2]).toMatch(/ 2\.2$/);
  });

  it('digits of an answer in a text are those of its object, which the schema takes for numbers', async () => {
    const { batchai, args, read, write } = await aBench((body) =>
      chat(`{"n":${/id (\S+)/.exec(body)?.[1]},"whole":1.0}`),
    );
    await write(
      'fabric.yaml',
      `provider: openai
model: gpt-4.1-mini
prompt: id {{ id }} end
output:
  type: object
  properties: { n: { type: number }, whole: { type: integer } }
  required: [n, whole]
  additionalProperties: false
`,
    );

    const { code, stderr } = await batchai(...args('-f', 'fabric.yaml', '-o', 'out.jsonl', '--json'));

    expect([code, stderr]).toEqual([0, expect.any(String)]);
    expect((await read('out.jsonl')).match(/(?<="ai_output":).*(?=\}$)/gm)).toEqual(
      DIGITS.map((n) => `{"n":${n},"whole":1.0}`),
    );
  });

  it('digits of what a forced tool of Anthropic is called with stay, and its tokens count', async () => {
    const { batchai, args, read, write } = await aBench((body) =>
      body.includes('output_config')
        ? {
            status: 400,
            body: '{"type":"error","error":{"type":"invalid_request_error","message":"output_config: Extra inputs are not permitted"}}',
          }
        : `{"type":"message","role":"assistant","content":[{"type":"tool_use","id":"t","name":"answer","input":{"n":${/id (\S+)/.exec(body)?.[1]}}}],"stop_reason":"tool_use","usage":{"input_tokens":5,"output_tokens":2}}`,
    );
    await write(
      'fabric.yaml',
      'provider: anthropic\nmodel: claude-haiku-4-5\nprompt: id {{ id }} end\noutput: { type: object, properties: { n: { type: number } }, required: [n], additionalProperties: false }\n',
    );

    const { code, stdout } = await batchai(
      ...args('-f', 'fabric.yaml', '-o', 'out.jsonl', '--json', '-c', '1'),
    );

    expect(code).toBe(0);
    expect(JSON.parse(stdout).tokens).toMatchObject({ in: 5 * DIGITS.length, out: 2 * DIGITS.length });
    expect((await read('out.jsonl')).match(/(?<="ai_output":).*(?=\}$)/gm)).toEqual(
      DIGITS.map((n) => `{"n":${n}}`),
    );
  });
});

describe('NaN and Infinity in a JSONL file', () => {
  it('are text, which is said once, and the output is JSON', async () => {
    const { batchai, args, service, read, write } = await aBench(() => '{"output":"ok"}');
    const given = '{"a":NaN,"b":"NaN, -Infinity"}\n{"a":[-Infinity,Infinity]}\n{"a":1}\n';
    await write('rows.jsonl', given);

    const { code, stderr } = await batchai(...args('-o', 'out.jsonl', '-c', '1'));

    expect(code).toBe(0);
    expect(service.bodies.map(inputsIn)).toEqual([
      '{"a":"NaN","b":"NaN, -Infinity"}',
      '{"a":["-Infinity","Infinity"]}',
      '{"a":1}',
    ]);
    expect(await read('out.jsonl')).toBe(
      '{"a":"NaN","b":"NaN, -Infinity","ai_output":"ok"}\n{"a":["-Infinity","Infinity"],"ai_output":"ok"}\n{"a":1,"ai_output":"ok"}\n',
    );
    expect(stderr.match(/row 1 has NaN or Infinity/g)).toHaveLength(1);
  });
});

describe('NUL and half of a surrogate pair in an answer', () => {
  const answer = () => '{"output":"a\\u0000b\\ud800c"}';

  it('are escaped, and U+FFFD, in JSONL, which is said once', async () => {
    const { batchai, args, read } = await aBench(answer);

    const { stderr } = await batchai(...args('-o', 'out.jsonl'));

    expect(await read('out.jsonl')).toContain('"ai_output":"a\\u0000b\ufffdc"}\n');
    expect(stderr.match(/U\+FFFD/g)).toHaveLength(1);
  });

  it('are U+FFFD in a CSV, which is said once and can be read again', async () => {
    const { batchai, args, read } = await aBench(answer);

    const { stderr } = await batchai(...args('-o', 'out.csv', '--inputs', 'id'));
    const again = await batchai(
      'run',
      'out.csv',
      '--dry-run',
      '-f',
      'local:keywords',
      '--output-column',
      'more',
    );

    expect(await read('out.csv')).toContain(',a\ufffdb\ufffdc\n');
    expect(stderr.match(/U\+FFFD/g)).toHaveLength(1);
    expect(again.code).toBe(0);
  });
});
