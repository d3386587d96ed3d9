import { describe, expect, it } from 'vitest';
import { fabricFileFor } from '../../src/run/set-up/init.js';
import { KEYS, type ModelBench, modelBench } from './model-bench.js';
import { parseCsv, rowsCsv } from './workbench.js';

const ANSWER = { summary: 'It is good.', topic: 'praise' };
const ENTER = '\r';
const DOWN = '\u001b[B';

async function initBench(): Promise<ModelBench> {
  const bench = await modelBench({ answer: () => ANSWER });
  await bench.write('rows.csv', rowsCsv(3));
  return bench;
}

/** The commands that a text proposes, as a shell would take them apart. */
function commandsIn(text: string): string[][] {
  return [...text.matchAll(/^ {2}batchai (.+)$/gm)].map(([, words = '']) => words.split(' '));
}

describe('init', () => {
  it('writes a fabric file with which the commands that it names work as they stand', async () => {
    const bench = await initBench();

    const { code, stdout, stderr } = await bench.batchai(['init', 'rows.csv', '--yes']);
    // The fake service's address in place of the real one's.
    await bench.write('rows.yaml', `${await bench.read('rows.yaml')}baseUrl: ${bench.server.url}\n`);
    const commands = commandsIn(stderr);
    const results = [];
    for (const words of commands) results.push(await bench.batchai(words));

    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('wrote rows.yaml');
    expect(commands.map(([name]) => name)).toEqual(['preview', 'estimate', 'run']);
    expect(results.map((result) => result.code)).toEqual([0, 0, 0]);
    const [first] = parseCsv(await bench.read('rows.enriched.csv'));
    expect(first).toMatchObject({ ai_summary: 'It is good.', ai_topic: 'praise' });
  });

  it('leaves a file that exists as it is', async () => {
    const bench = await initBench();
    await bench.write('rows.yaml', 'mine');

    const refused = await bench.batchai(['init', 'rows.csv', '--yes']);
    const other = await bench.batchai(['init', 'rows.csv', '-o', 'other.yaml']);

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('rows.yaml exists and is left as it is; give another name with -o');
    expect(await bench.read('rows.yaml')).toBe('mine');
    expect(other.code).toBe(0);
    expect(other.stderr).toContain('batchai preview rows.csv -f other.yaml');
  });

  it('takes the provider whose key is there, and names the variable of one that is not', async () => {
    const bench = await initBench();

    await bench.batchai(['init', '--yes'], { env: { MISTRAL_API_KEY: 'key' } });
    const groq = await bench.batchai(['init', '--provider', 'groq', '-o', 'groq.yaml'], { env: KEYS });

    expect(await bench.read('rows.yaml')).toContain('keyEnv: MISTRAL_API_KEY');
    expect(await bench.read('groq.yaml')).toContain('model: openai/gpt-oss-20b');
    expect(groq.stderr).toContain('set GROQ_API_KEY');
  });

  it.each([
    [['no.csv'], 'no.csv: there is no such file'],
    [['-'], 'init looks at a file of rows'],
    [['--provider', 'opneai'], 'got "opneai" (did you mean openai?)'],
    [['--provider', 'promptha'], "--model: wanted the fabric's id at Promptha"],
    [['--provider', 'on-device'], '--model: wanted the path of a .gguf file'],
    [
      ['--provider', 'on-device', '--model', 'm.bin'],
      '--model: wanted the path of a .gguf file, got "m.bin"',
    ],
    [['-o', 'fabric.json'], "fabric.json: a fabric file's name ends in .yaml"],
    [['-o', 'no/fabric.yaml'], 'no/fabric.yaml cannot be written (ENOENT)'],
  ])('refuses %j with what to do, and writes nothing', async (args, wanted) => {
    const bench = await initBench();

    const { code, stderr } = await bench.batchai(['init', ...args]);

    expect(code).toBe(2);
    expect(stderr).toContain(wanted);
    expect(await bench.list()).toEqual(['rows.csv']);
  });

  it('asks for the rows where a folder has several files of them', async () => {
    const bench = await initBench();
    await bench.write('other.jsonl', '{"a":1}\n');

    const { code, stderr } = await bench.batchai(['init']);

    expect(code).toBe(2);
    expect(stderr).toContain('name the file of rows: there are other.jsonl, rows.csv');
  });

  it('asks a person at a terminal for what is not given', async () => {
    const bench = await initBench();
    await bench.write('other.jsonl', '{"a":1}\n');

    const { code, stderr } = await bench.batchai(['init'], {
      keys: [
        { at: 'Which file has the rows?', press: DOWN + ENTER },
        { at: 'Whose model?', press: DOWN + ENTER },
        { at: "What is the model's name?", press: `claude-opus-5-5${ENTER}` },
        { at: 'What is to be done', press: `Find the {{ mood }}.${ENTER}` },
      ],
    });

    expect({ code, stderr }).toMatchObject({ code: 0 });
    const text = await bench.read('rows.yaml');
    expect(text).toContain('provider: anthropic\nmodel: claude-opus-5-5\n');
    expect(text).toContain('  {% raw %}Find the {{ mood }}.{% endraw %}\n');
    expect(text).toContain('answer (what was asked for): string');
  });

  it('takes what is usual where a person presses Enter, and asks for nothing that is given', async () => {
    const bench = await initBench();

    const { code } = await bench.batchai(['init', 'rows.csv', '--provider', 'openai'], {
      keys: [
        { at: "What is the model's name?", press: ENTER },
        { at: 'What is to be done', press: ENTER },
      ],
    });

    expect(code).toBe(0);
    expect(await bench.read('rows.yaml')).toContain('model: gpt-6-luna\n');
    expect(await bench.read('rows.yaml')).toContain('summary (one sentence): string');
  });

  it('writes nothing where a person presses Ctrl-C', async () => {
    const bench = await initBench();

    const { code, stderr } = await bench.batchai(['init', 'rows.csv'], {
      keys: [{ at: 'Whose model?', press: '\u0003' }],
    });

    expect(code).toBe(130);
    expect(stderr).toContain('cancelled; nothing was written');
    expect(await bench.list()).toEqual(['rows.csv']);
  });

  it.each([
    ['rows.csv', 'rows.yaml'],
    ['in/rows.jsonl.gz', 'in/rows.yaml'],
    ['a.b.tsv', 'a.b.yaml'],
  ])('names the fabric file of %s %s', (input, path) => {
    expect(fabricFileFor(input)).toBe(path);
  });
});
