import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { enrich } from '../../src/index.js';
import { png } from '../fabric/attachments/tiny-files.js';
import { batchApiBench } from '../support/batch-api-bench.js';
import { fakeModelForTest } from '../support/fake-model-for-test.js';
import type { ModelRequest } from '../support/fake-model-server.js';
import { KEYS, modelBench } from './model-bench.js';
import { hasRedis, queueBench } from './queue-bench.js';
import { parseCsv, parseJsonl } from './workbench.js';

const CAPTION = `provider: openai
model: gpt-4o
keyEnv: OPENAI_API_KEY
attachments: photo
prompt: A caption, please.
`;

const RED = png(20, 10, 60);
const BLUE = png(30, 10, 120);

/** Answers with what came: the first characters that differ are those of the size. */
function seen({ files }: Pick<ModelRequest, 'files'>): string {
  return files.map(({ base64 = '', url }) => url ?? sizeOf(base64)).join(' and ') || 'no file';
}

function sizeOf(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  return `${bytes.readUInt32BE(16)}×${bytes.readUInt32BE(20)}`;
}

async function captionBench(rows: string, fabric = CAPTION) {
  const bench = await modelBench({ answer: seen }, fabric);
  await writeFile(bench.path('red.png'), RED);
  await writeFile(bench.path('blue.png'), BLUE);
  await bench.write('rows.csv', rows);
  return bench;
}

/** A model that was talked into naming a file would have it sent. */
async function answeredBench() {
  const bench = await captionBench('photo\nred.png\n');
  const service = `provider: openai\nmodel: gpt-4o\nbaseUrl: ${bench.server.url}\nkeyEnv: OPENAI_API_KEY\n`;
  await bench.write('steps.yaml', `${service}${ANSWERED}`);
  return bench;
}

const ANSWERED = `steps:
  - name: choose
    prompt: Which file?
  - name: see
    attachments: picture
    prompt: A caption, please.
    inputs: [picture=steps.choose]
`;

const REFUSED =
  'steps.yaml:11: steps[1].inputs[0]: the step "see" is sent the files that "picture" names, and files are named by columns of the row, never by an answer';

const OUT = ['rows.csv', '-o', 'out.csv', '--no-progress'];

describe('a fabric that is sent files', () => {
  it('gets those that each row names, and a row whose file cannot be sent is a dead letter', async () => {
    const rows = [
      'red.png',
      '"[""red.png"",""./blue.png""]"',
      '',
      'gone.png',
      'rows.csv',
      '.',
      'https://me.example/x.png',
    ];
    const bench = await captionBench(`photo,id\n${rows.map((photo, id) => `${photo},${id}`).join('\n')}\n`);

    const { code, stderr } = await bench.run(OUT);

    expect(code, stderr).toBe(3);
    const outputs = parseCsv(await bench.read('out.csv')).map((row) => row.ai_output);
    expect(outputs).toEqual(['20×10', '20×10 and 30×10', 'no file', '', '', '', 'https://me.example/x.png']);
    const letters = parseJsonl(await bench.read('out.csv.dead-letters.jsonl'));
    expect(letters.map(({ row, error }) => [row, error])).toEqual([
      [4, { kind: 'unprocessable', message: 'gone.png: there is no such file' }],
      [
        5,
        {
          kind: 'unprocessable',
          message: 'rows.csv: wanted a PNG, JPEG, WebP, GIF, PDF, WAV or MP3, got something else',
        },
      ],
      [6, { kind: 'unprocessable', message: '.: wanted a file, got a folder' }],
    ]);
    expect(bench.server.requests).toHaveLength(4);
  });

  it('is tried again with a file that is there now', async () => {
    const bench = await captionBench('photo\nred.png\nlate.png\n');
    await bench.run(OUT);
    await writeFile(bench.path('late.png'), BLUE);

    const { code, stderr } = await bench.batchai(['retry', 'out.csv', '--base-url', bench.server.url]);

    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe('photo,ai_output\nred.png,20×10\nlate.png,30×10\n');
  });

  it('is asked once about files that are the same, whatever their names, in a run and over runs', async () => {
    const bench = await captionBench('photo\nred.png\nsame.png\nblue.png\n');
    await writeFile(bench.path('same.png'), RED);
    const cached = [...OUT, '--cache', 'kept', '--overwrite'];

    await bench.run(cached);
    expect(bench.server.requests).toHaveLength(2);
    await rename(bench.path('red.png'), bench.path('renamed.png'));
    await writeFile(bench.path('blue.png'), png(50, 10));
    await bench.write('rows.csv', 'photo\nrenamed.png\nblue.png\n');
    const { code, stderr } = await bench.run(cached);

    expect(code, stderr).toBe(0);
    expect(bench.server.requests).toHaveLength(3);
    expect(await bench.read('out.csv')).toBe('photo,ai_output\nrenamed.png,20×10\nblue.png,50×10\n');
  });

  it('is asked anew in a step that has them under another name, where a file was changed since', async () => {
    const bench = await captionBench('photo\nred.png\n', CAPTION.replace('photo', 'picture'));
    const steps = 'steps:\n  - name: see\n    fabric: fabric.yaml\n    inputs: [picture=photo]\n';
    await bench.write('steps.yaml', `provider: openai\nmodel: gpt-4o\n${steps}`);
    const cached = [...OUT, '-f', 'steps.yaml', '--cache', 'kept', '--overwrite'];
    await bench.run(cached);
    await writeFile(bench.path('red.png'), BLUE);

    const { code, stderr } = await bench.run(cached);

    expect(code, stderr).toBe(0);
    expect(bench.server.requests.map(seen)).toEqual(['20×10', '30×10']);
  });

  it.each([
    'run rows.csv -o out.csv',
    'run rows.csv -o out.csv --dry-run',
    'run rows.csv -o out.csv --batch-api',
    'run rows.csv -o out.csv --queue redis://127.0.0.1:1',
    'run rows.csv -o out.csv --queue redis://127.0.0.1:1 --queue-files shared',
    'preview rows.csv',
    'estimate rows.csv',
    'fabrics show --input rows.csv',
    'fabrics check',
  ])('is refused where an answer names them: %s', async (command) => {
    const bench = await answeredBench();
    const fabric = command.startsWith('fabrics') ? ['steps.yaml'] : ['--fabric', 'steps.yaml'];

    const { code, stderr } = await bench.batchai([...command.split(' '), ...fabric]);

    expect([code, stderr]).toEqual([2, `batchai: error: ${REFUSED}\n`]);
    expect(await bench.list()).not.toContain('out.csv');
    expect(bench.server.requests).toEqual([]);
  });

  it('is refused from code too where an answer names them', async () => {
    const bench = await answeredBench();

    const answers = enrich([{ photo: 'red.png' }], { fabric: bench.path('steps.yaml'), environment: KEYS });

    await expect(answers[Symbol.asyncIterator]().next()).rejects.toThrow(`${bench.folder}/${REFUSED}`);
    expect(bench.server.requests).toEqual([]);
  });

  it.each([[], ['--no-dedupe']])(
    'is not asked again in a retry of a later step where the file is the same, whatever its name (%s)',
    async (...options) => {
      const state = { broken: true };
      const bench = await modelBench({
        behave: ({ files }) =>
          state.broken && files.length === 0 ? { kind: 'status', status: 422 } : undefined,
      });
      const steps = 'steps:\n  - name: see\n    attachments: photo\n    prompt: A caption, please.\n';
      const tell = '  - name: tell\n    prompt: "Tell of {{ steps.see }}"\n';
      await bench.write('see.yaml', `provider: openai\nmodel: gpt-4o\n${steps}${tell}`);
      await writeFile(bench.path('red.png'), RED);
      await writeFile(bench.path('same.png'), RED);
      await bench.write('rows.csv', 'photo\nred.png\nsame.png\n');
      const run = await bench.run([...OUT, '-f', 'see.yaml', ...options]);
      const calls = bench.server.requests.length;
      state.broken = false;

      const { code, stderr } = await bench.batchai(['retry', 'out.csv', '--base-url', bench.server.url]);

      expect([run.code, code], stderr).toEqual([3, 0]);
      expect(bench.server.requests.slice(calls).map(({ files }) => files.length)).toEqual([0, 0]);
    },
  );

  it('keeps its answers over a resume, and is asked about what a file holds then', async () => {
    const bench = await captionBench('photo\nred.png\nblue.png\n');
    const stopped = await bench.run([...OUT, '--max-calls', '1', '-c', '1']);
    expect(stopped.code).not.toBe(0);
    await rm(bench.path('red.png'));
    await writeFile(bench.path('blue.png'), png(50, 10));

    const { code, stderr } = await bench.run([...OUT, '--resume', '--max-calls', '9']);

    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe('photo,ai_output\nred.png,20×10\nblue.png,50×10\n');
    expect(bench.server.requests).toHaveLength(2);
  });

  it('has a column for each, which must be there', async () => {
    const bench = await captionBench('foto\nred.png\n');

    const { code, stderr } = await bench.run(OUT);

    expect(code).toBe(2);
    expect(stderr).toContain(
      'fabric.yaml:4: attachments: "photo" is used, but rows.csv has no such column; there are foto',
    );
  });

  it('is planned and estimated with what its pictures take, where the service publishes that', async () => {
    const bench = await captionBench('photo\nred.png\ngone.png\nred.png\n');
    await writeFile(bench.path('sound.wav'), Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1'));

    const planned = await bench.run([...OUT, '--dry-run']);
    const estimated = await bench.batchai(['estimate', 'rows.csv', '-f', 'fabric.yaml']);
    await bench.write('rows.csv', 'photo\nsound.wav\nred.png\n');
    const uncounted = await bench.batchai(['estimate', 'rows.csv', '-f', 'fabric.yaml']);

    expect(planned.stdout + planned.stderr).toContain(
      'files       those in photo: 3 in the first 3 rows, of which 1 cannot be read, such as gone.png\n',
    );
    expect(estimated.stdout).toMatch(/rows +3; 1 without a possible prompt: failed without a call\n/);
    expect(estimated.stdout).toMatch(/prompts +\d+ tokens, \d+ each, 255 of them for pictures \(/);
    expect(uncounted.stdout).toMatch(/\); without 1 file, whose tokens are not known here: a sample/);
    expect(bench.server.requests).toEqual([]);
  });

  it('needs the package sharp to make pictures smaller', async () => {
    const bench = await captionBench('photo\nred.png\n', `${CAPTION}maxPixels: 100\n`);
    const hasSharp = createRequire(import.meta.url)
      .resolve.paths('sharp')
      ?.some((path) => existsSync(`${path}/sharp`));

    const { code, stderr } = await bench.run(OUT);

    expect(code, stderr).toBe(hasSharp ? 0 : 2);
    if (!hasSharp) expect(stderr).toContain('maxPixels needs the package sharp');
  });
});

describe.skipIf(!hasRedis)('workers', () => {
  it('read the files of rows where they have them under the same paths, and check what these hold', async () => {
    const service = await fakeModelForTest({ answer: seen });
    const bench = await queueBench();
    await writeFile(bench.path('red.png'), RED);
    await bench.write('rows.csv', 'photo\nred.png\ngone.png\n');
    await bench.write('fabric.yaml', `${CAPTION}baseUrl: ${service.url}\n`);
    bench.worker('one', [], { cwd: tmpdir(), env: { OPENAI_API_KEY: 'test-key' } });

    const { code, stderr } = await bench.batchai([
      'run',
      ...OUT,
      '-f',
      'fabric.yaml',
      '-r',
      'none',
      '--queue-files',
      'shared',
    ]);

    expect(code, stderr).toBe(3);
    expect(await bench.read('out.csv')).toBe('photo,ai_output\nred.png,20×10\ngone.png,\n');
    expect(parseJsonl(await bench.read('out.csv.dead-letters.jsonl'))).toMatchObject([
      { row: 2, error: { kind: 'unprocessable', message: 'gone.png: there is no such file' } },
    ]);
  });
});

describe('a batch API', () => {
  it('gets files too, also with a request that is made again, and a row without its file fails', async () => {
    const sent: string[] = [];
    const { run, read, at } = await batchApiBench(
      {
        answer: (request) => {
          sent.push(seen(request));
          const isRepaired = request.messages.some(({ role }) => role === 'assistant');
          return isRepaired ? '{"text":"fine"}' : '{"other":1}';
        },
      },
      'output: {text: string}\nattachments: name\n',
    );
    await writeFile(at('red.png'), RED);
    await writeFile(at('rows.csv'), 'name,number\nred.png,1\ngone.png,2\n');

    const { code, stderr } = await run();

    expect(code, stderr).toBe(3);
    expect(sent).toEqual(['20×10', '20×10']);
    expect(await read('out.csv')).toContain('red.png,1,"{""text"":""fine""}"');
    expect(parseJsonl(await read('out.csv.dead-letters.jsonl'))).toMatchObject([
      { row: 2, error: { kind: 'unprocessable', message: 'gone.png: there is no such file' } },
    ]);
  });
});
