import { describe, expect, it } from 'vitest';
import { DESCRIBE, type ModelBench, modelBench } from './model-bench.js';
import { rowsCsv } from './workbench.js';

const KEY = 'test-key';
const NO_KEYS = { env: {} };

/** Rows, a fabric, and files of settings. */
async function bench(files: Readonly<Record<string, string>> = {}): Promise<ModelBench> {
  const bench = await modelBench({}, DESCRIBE);
  await bench.write('rows.csv', rowsCsv(3));
  for (const [name, text] of Object.entries(files)) await bench.write(name, text);
  return bench;
}

describe('--env-file', () => {
  it('has the key, and says of the file which variables it took, never what they hold', async () => {
    const { batchai, server } = await bench({
      'keys.env': `# mine\nexport OPENAI_API_KEY="${KEY}"\nOTHER='o'\n`,
    });

    const { code, stderr } = await batchai(
      ['run', 'rows.csv', '-f', 'fabric.yaml', '--base-url', server.url, '--env-file', 'keys.env'],
      NO_KEYS,
    );

    expect(code).toBe(0);
    expect(stderr).toContain('batchai: from keys.env: OPENAI_API_KEY, OTHER\n');
    expect(stderr).not.toContain(KEY);
  });

  it('leaves a variable that is set as it is', async () => {
    const { batchai } = await bench({ '.env': 'OPENAI_API_KEY=wrong\n' });

    const { stdout, stderr } = await batchai(['doctor', 'fabric.yaml', '--env-file', '.env'], {
      env: { OPENAI_API_KEY: KEY },
    });

    expect(stdout).toContain('OPENAI_API_KEY is set (8 characters');
    expect(stderr).toBe('batchai: from .env: nothing, all of its variables are set already\n');
  });

  it('is offered, and not taken, where a key is missing and a .env is beside the files', async () => {
    const { batchai } = await bench({ '.env': `OPENAI_API_KEY=${KEY}\n` });
    const run = ['run', 'rows.csv', '-f', 'fabric.yaml', '--dry-run'];

    const { code, stderr } = await batchai(run, NO_KEYS);
    const added = await batchai([...run, '--env-file', '.env'], NO_KEYS);

    expect(code).toBe(2);
    expect(stderr).toContain('needs a key: set OPENAI_API_KEY\n');
    expect(stderr).toContain('There is a .env beside fabric.yaml: add --env-file .env\n');
    expect(added.code).toBe(0);
  });

  it('is refused where it is not there', async () => {
    const { batchai } = await bench();

    const { code, stderr } = await batchai(['run', 'rows.csv', '-f', 'fabric.yaml', '--env-file', 'no.env']);

    expect(code).toBe(2);
    expect(stderr).toContain('--env-file: no.env: there is no such file');
  });
});

const SETTINGS = `# for all
fabric: fabric.yaml
concurrency: 3
dedupe: false
cache: false
env-file: keys.env
profiles:
  nightly:
    concurrency: 7
    max-calls: 2
`;

describe('batchai.yaml', () => {
  it('has defaults for options, which the command line beats, and says what came from where', async () => {
    const { batchai } = await bench({ 'batchai.yaml': SETTINGS, 'keys.env': `OPENAI_API_KEY=${KEY}\n` });

    const plain = await batchai(['run', 'rows.csv', '--dry-run'], NO_KEYS);
    const typed = await batchai(['run', 'rows.csv', '-c', '5', '--dry-run'], NO_KEYS);
    const nightly = await batchai(['run', 'rows.csv', '--profile', 'nightly', '--dry-run'], NO_KEYS);

    expect([plain.code, typed.code, nightly.code]).toEqual([0, 0, 0]);
    expect(plain.stderr).toMatch(
      /^batchai: from batchai\.yaml: fabric, concurrency, dedupe, cache, env-file\n/,
    );
    expect(plain.stderr).toContain('3 calls in flight');
    expect(typed.stderr).toMatch(/^batchai: from batchai\.yaml: fabric, dedupe, cache, env-file\n/);
    expect(typed.stderr).toContain('5 calls in flight');
    expect(nightly.stderr).toContain('batchai: from batchai.yaml, profile nightly: concurrency, max-calls\n');
    expect(nightly.stderr).toContain('7 calls in flight');
  });

  it('says everything that is wrong with it, each with its line and what was probably meant', async () => {
    const { batchai } = await bench({
      'batchai.yaml': `concurency: 3
--rate-limit: 5/s
quiet: often
rate-limit: [1]
fabric: true
output: out.csv
profiles:
  fast: { batch-sise: 5 }
`,
    });

    const { code, stderr } = await batchai(['run', 'rows.csv', '-f', 'fabric.yaml']);

    expect(code).toBe(2);
    expect(stderr.replaceAll('batchai: error: ', '').trimEnd().split('\n')).toEqual([
      'batchai.yaml:1: concurency: there is no such option, perhaps "concurrency"',
      'batchai.yaml:2: --rate-limit: there is no such option, perhaps "rate-limit"',
      'batchai.yaml:3: quiet: wanted true or false, got "often"',
      'batchai.yaml:4: rate-limit: wanted a text or a number, got a list',
      'batchai.yaml:5: fabric: wanted a value, got true',
      'batchai.yaml:6: output: it belongs to one run: give it on the command line',
      'batchai.yaml:8: profiles.fast.batch-sise: there is no such option, perhaps "batch-size"',
    ]);
  });

  it.each([
    [
      'batchai.yaml',
      'profiles: { nightly: {} }\n',
      'batchai.yaml has no profile "nigtly"; there are nightly (did you mean nightly?)',
    ],
    ['other.yaml', '', 'there is no batchai.yaml in this folder'],
  ])('refuses a profile that is not in %s', async (name, text, wanted) => {
    const { batchai } = await bench({ [name]: text });

    const { code, stderr } = await batchai(['run', 'rows.csv', '-f', 'fabric.yaml', '--profile', 'nigtly']);

    expect(code).toBe(2);
    expect(stderr).toContain(wanted);
  });

  it('leaves a retry the settings of its run, and commands without such an option in peace', async () => {
    const { run, batchai, server, write } = await bench();
    await run(['rows.csv', '-o', 'out.csv']);
    await write('batchai.yaml', 'concurrency: 3\nquiet: true\nbatch-size: 1\n');

    const retry = await batchai(['retry', 'out.csv', '--base-url', server.url, '--dry-run']);
    const status = await batchai(['status', 'out.csv']);

    expect([retry.code, status.code]).toEqual([0, 0]);
    expect(retry.stderr).toContain('10 calls in flight');
    expect(status.stderr).toBe('');
  });

  it('does not stand against what is typed', async () => {
    const { batchai, run } = await bench({ 'batchai.yaml': 'resume: true\nprogress: false\n' });
    await run(['rows.csv', '-o', 'out.csv']);

    const { code } = await batchai([
      'run',
      'rows.csv',
      '-f',
      'fabric.yaml',
      '-o',
      'out.csv',
      '--overwrite',
      '--dry-run',
    ]);

    expect(code).toBe(0);
  });

  it('still wants a fabric from somewhere', async () => {
    const { batchai } = await bench({ 'batchai.yaml': '\n' });

    const { code, stderr } = await batchai(['run', 'rows.csv']);

    expect(code).toBe(2);
    expect(stderr).toContain(
      "batchai: error: required option '-f, --fabric <fabric>' not specified: batchai init writes",
    );
  });
});
