import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../support/seeded-random.js';
import { DESCRIBE, modelBench } from './model-bench.js';
import { hasRedis, kill, queueBench } from './queue-bench.js';
import { parseCsv, parseJsonl, type Workbench, workbench } from './workbench.js';

const ROWS = 500;
const DIFFERENT = 200;
const SEED = Number(process.env.BATCHAI_SEED ?? Math.floor(Math.random() * 2 ** 31));
const OUT = ['rows.csv', '-o', 'out.csv', '-b', '7'];

/** 60 % of the rows ask what another row asks, in no order. */
function repeatedRows(): string[] {
  const random = seededRandom(SEED);
  const names = Array.from(
    { length: ROWS },
    (_, index) => `item ${index < DIFFERENT ? index : Math.floor(random() * DIFFERENT)}`,
  );
  for (let index = names.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [names[index], names[other]] = [names[other] ?? '', names[index] ?? ''];
  }
  return names;
}

const NAMES = repeatedRows();
const REPEATED = `name\n${NAMES.join('\n')}\n`;
const ENRICHED = `name,ai_output\n${NAMES.map((name) => `${name},described ${name}`).join('\n')}\n`;

const latencyMs = ({ inputs }: { inputs: Record<string, unknown> }) =>
  1 + ((String(inputs.name).length * 7919) % 9);

async function namedBench(): Promise<Workbench> {
  const bench = await workbench({ keyColumn: 'name', latencyMs });
  await bench.write('rows.csv', REPEATED);
  return bench;
}

function namesCalled(bench: Workbench): string[] {
  return bench.server.requests.map(({ inputs }) => String(inputs.name));
}

describe(`a file with 60 % repeated inputs (BATCHAI_SEED=${SEED})`, () => {
  it.each(['1', '3', '64', '500'])(
    'takes as many calls as it has different inputs, with -c %s',
    async (concurrency) => {
      const bench = await namedBench();

      const { code, stdout, stderr } = await bench.run([...OUT, '-c', concurrency, '--json']);

      expect(code, stderr).toBe(0);
      expect(await bench.read('out.csv')).toBe(ENRICHED);
      expect(namesCalled(bench).length).toBe(DIFFERENT);
      expect(JSON.parse(stdout)).toMatchObject({
        total: ROWS,
        calls: DIFFERENT,
        retries: 0,
        saved: { inRun: ROWS - DIFFERENT, fromCache: 0 },
      });
      expect(stderr).toContain("saved: 300 rows share another row's answer");
      expect(await bench.list()).toEqual([
        'out.csv',
        'out.csv.checkpoint',
        'out.csv.checkpoint/checkpoint.json',
        'out.csv.checkpoint/history.json',
        'rows.csv',
      ]);
    },
  );

  it('takes a call a row with --no-dedupe', async () => {
    const bench = await namedBench();

    const { code } = await bench.run([...OUT, '-c', '64', '--no-dedupe']);

    expect(code).toBe(0);
    expect(namesCalled(bench).length).toBe(ROWS);
    expect(await bench.read('out.csv')).toBe(ENRICHED);
  });

  it('asks what fails for good once, too, and every such row is a dead letter', async () => {
    const fails = (name: unknown) => String(name).endsWith('7');
    const bench = await workbench({
      latencyMs,
      behave: ({ inputs }) =>
        fails(inputs.name) ? { kind: 'status', status: 422, body: { message: 'no' } } : undefined,
    });
    await bench.write('rows.csv', REPEATED);

    const { code, stdout } = await bench.run([...OUT, '--json']);

    expect(code).toBe(3);
    expect(namesCalled(bench).length).toBe(DIFFERENT);
    const failed = NAMES.flatMap((name, index) => (fails(name) ? [index + 1] : []));
    expect(parseJsonl(await bench.read('out.csv.dead-letters.jsonl')).map(({ row }) => row)).toEqual(failed);
    expect(JSON.parse(stdout)).toMatchObject({ total: ROWS, failed: failed.length, calls: DIFFERENT });
  });

  it('is killed again and again, and asks again only what was in the air', async () => {
    const random = seededRandom(SEED);
    const concurrency = 10;
    let lives = 0;
    let answers = 0;
    let then = () => {};
    const bench = await workbench({
      keyColumn: 'name',
      latencyMs,
      observe: ({ event }) => {
        if (event === 'answered' && --answers === 0) then();
      },
    });
    await bench.write('rows.csv', REPEATED);

    let code: number | null = null;
    while (code === null) {
      lives++;
      const batchai = bench.start([...OUT, '-c', String(concurrency), '--resume']);
      answers = 5 + Math.floor(random() * 30);
      then = () => void delay(random() * 4).then(() => batchai.child.kill('SIGKILL'));
      ({ code } = await batchai.finished);
    }

    expect(code).toBe(0);
    expect(lives).toBeGreaterThan(4);
    expect(await bench.read('out.csv')).toBe(ENRICHED);
    const calls = namesCalled(bench).length;
    expect(calls).toBeGreaterThanOrEqual(DIFFERENT);
    expect(calls).toBeLessThanOrEqual(DIFFERENT + (lives - 1) * concurrency);
    expect((await bench.list()).filter((name) => /journal|answers/.test(name))).toEqual([]);
  });

  it('asks by what the templates of a fabric file use', async () => {
    const bench = await modelBench({}, DESCRIBE.replace('  {{ id }}\n', ''));
    const rows = NAMES.map((name, index) => `${index},"${name}",${index}`);
    await bench.write('rows.csv', `id,name,note\n${rows.join('\n')}\n`);

    const { code, stderr } = await bench.run(['rows.csv', '-o', 'out.csv']);

    expect(code, stderr).toBe(0);
    expect(bench.server.requests.length).toBe(DIFFERENT);
    expect(parseCsv(await bench.read('out.csv')).map(({ ai_output }) => ai_output)).toEqual(
      NAMES.map((name) => `described ${name}`),
    );
  });

  it.runIf(hasRedis)(
    'takes as many calls over a queue, in order, also after a kill of the coordinator',
    async () => {
      const bench = await queueBench({ keyColumn: 'name', latencyMs });
      await bench.write('rows.csv', REPEATED);
      bench.worker('one', ['-c', '5']);
      bench.worker('two', ['-c', '5']);
      const batchai = bench.start([...OUT, '--resume']);
      while (bench.server.requests.length < 60) await delay(2);
      await kill(batchai);

      const { code, stderr } = await bench.run([...OUT, '--resume']);

      expect(code, stderr).toBe(0);
      expect(await bench.read('out.csv')).toBe(ENRICHED);
      expect(new Set(namesCalled(bench)).size).toBe(DIFFERENT);
      expect(namesCalled(bench).length).toBe(DIFFERENT);
    },
    60_000,
  );
});

describe('a run that is killed far behind its first rows', () => {
  it('still has the answers that were committed long before', async () => {
    const bench = await workbench({
      keyColumn: 'name',
      answer: ({ inputs }) => `${inputs.name} ${'x'.repeat(9_000)}`,
    });
    const first = Array.from({ length: 300 }, (_, index) => `item ${index}`);
    await bench.write(
      'rows.csv',
      `name\n${[...first, ...Array(2_000).fill('item 0'), 'last', ...first].join('\n')}\n`,
    );
    const seen = (name: string) => bench.server.requests.some(({ inputs }) => inputs.name === name);
    const batchai = bench.start(OUT);
    while (!seen('last')) await delay(2);
    batchai.child.kill('SIGKILL');
    await batchai.finished;

    const { code } = await bench.run([...OUT, '--resume']);

    expect(code).toBe(0);
    expect(bench.server.requests.length).toBeLessThanOrEqual(301 + 10);
  });
});
