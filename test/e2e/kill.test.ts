import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RequestEvent } from '../support/fake-fabric-server.js';
import { seededRandom } from '../support/seeded-random.js';
import { idOf, parseJsonl, rowsCsv, type Workbench, workbench } from './workbench.js';

/** Kills of one run; `BATCHAI_KILLS=100` for the long version. */
const KILLS = Number(process.env.BATCHAI_KILLS ?? 10);
const ROWS = Math.max(400, KILLS * 26);
/** On average; with what lands besides, a run of 400 rows has some twenty lives. */
const ANSWERS_A_LIFE = 12;
const CONCURRENCY = 10;
/** Printed when a test fails; give it again to see the same moments. */
const SEED = Number(process.env.BATCHAI_SEED ?? Math.floor(Math.random() * 2 ** 31));

const OUT = ['rows.csv', '-o', 'out.csv', '-c', String(CONCURRENCY), '-b', '7', '--resume'];

describe(`kill -9 at any moment (BATCHAI_SEED=${SEED})`, () => {
  it(
    'ends in the same bytes as a run that was never killed, and pays for no answer twice that was safe',
    async () => {
      const random = seededRandom(SEED);
      const life = new Lives();
      const bench = await flakyService((event) => life.note(event));
      const reference = await flakyService();
      await Promise.all([bench.write('rows.csv', rowsCsv(ROWS)), reference.write('rows.csv', rowsCsv(ROWS))]);
      expect((await reference.run(OUT)).code).toBe(3);

      let code: number | null = null;
      while (code === null) {
        life.begin();
        const batchai = bench.start([...OUT, '--json']);
        // One in five dies before its first call: while it reads the checkpoint and the journal.
        if (random() < 0.2) void delay(random() * 250).then(() => batchai.child.kill('SIGKILL'));
        else {
          const pauseMs = random() * 6;
          life.afterAnswers(1 + Math.floor(random() * 2 * ANSWERS_A_LIFE), () => {
            if (pauseMs < 2) batchai.child.kill('SIGKILL');
            else setTimeout(() => batchai.child.kill('SIGKILL'), pauseMs);
          });
        }
        ({ code } = await batchai.finished);
      }

      expect(code).toBe(3);
      expect(life.count - 1).toBeGreaterThanOrEqual(KILLS);
      expect(await bench.read('out.csv')).toBe(await reference.read('out.csv'));
      expect(await deadLetters(bench)).toEqual(await deadLetters(reference));
      expect(life.mostRepeated()).toBeLessThanOrEqual(CONCURRENCY);
      expect(life.keysPerRow()).toBe(1);
      expect(await filesOf(bench)).toEqual(await filesOf(reference));
    },
    600_000 + KILLS * 10_000,
  );

  it('ends in the same bytes when it is killed while the output is put in its place', async () => {
    const random = seededRandom(SEED);
    for (let round = 0; round < 6; round++) {
      let done = () => {};
      let answers = 0;
      const bench = await flakyService(({ event }) => {
        if (event === 'answered' && ++answers >= 60) done();
      });
      await bench.write('rows.csv', rowsCsv(60));
      const batchai = bench.start(OUT);
      const pauseMs = random() * 40;
      done = () => void setTimeout(() => batchai.child.kill('SIGKILL'), pauseMs);
      await batchai.finished;

      const { code } = await bench.run(OUT);

      // 0 where it had just finished: then there is nothing left to do.
      expect([0, 3], `killed after ${pauseMs} ms`).toContain(code);
      expect(await bench.read('out.csv'), `killed after ${pauseMs} ms`).toBe(expectedOutput(60));
      expect((await deadLetters(bench)).map(({ row }) => row)).toEqual([17, 34, 51]);
      expect(bench.server.requests.length).toBeLessThanOrEqual(60 + CONCURRENCY);
    }
  });
});

/** One process after the other on the same run: what was answered in each, and called again in a later one. */
class Lives {
  readonly #answered: Set<string>[] = [];
  readonly #called: Set<string>[] = [];
  readonly #keys = new Map<string, Set<string>>();
  #answersLeft = 0;
  #then = () => {};

  get count(): number {
    return this.#called.length;
  }

  begin(): void {
    this.#answered.push(new Set());
    this.#called.push(new Set());
    this.#answersLeft = Number.POSITIVE_INFINITY;
  }

  afterAnswers(answers: number, then: () => void): void {
    this.#answersLeft = answers;
    this.#then = then;
  }

  note({ event, key, request }: RequestEvent): void {
    if (event === 'answered') {
      this.#answered.at(-1)?.add(key);
      if (--this.#answersLeft === 0) this.#then();
      return;
    }
    this.#called.at(-1)?.add(key);
    const keys = this.#keys.get(key) ?? new Set();
    this.#keys.set(key, keys.add(String(request.idempotencyKey)));
  }

  /** Over all kills: the answers of one process that a later one asked for again. */
  mostRepeated(): number {
    return Math.max(
      ...this.#answered.map(
        (answered, life) =>
          [...answered].filter((row) => this.#called.slice(life + 1).some((called) => called.has(row)))
            .length,
      ),
    );
  }

  keysPerRow(): number {
    return Math.max(...[...this.#keys.values()].map((keys) => keys.size));
  }
}

/** Small latencies that differ from row to row; every 17th row fails for good. */
function flakyService(observe: (event: RequestEvent) => void = () => {}): Promise<Workbench> {
  return workbench({
    keyColumn: 'id',
    latencyMs: ({ inputs }) => 5 + ((Number(inputs.id) * 7919) % 16),
    behave: ({ inputs }) =>
      Number(inputs.id) % 17 === 0 ? { kind: 'status', status: 422, body: { message: 'no' } } : undefined,
    observe,
  });
}

function expectedOutput(rows: number): string {
  const [header, ...lines] = rowsCsv(rows).trimEnd().split('\n');
  const enriched = lines.map(
    (line, index) => `${line},${(index + 1) % 17 === 0 ? '' : `described ${idOf(index + 1)}`}`,
  );
  return `${[`${header},ai_output`, ...enriched].join('\n')}\n`;
}

/** A process that dies just as it takes the lock may leave its try behind; resume.test.ts has that case. */
async function filesOf(bench: Workbench): Promise<string[]> {
  return (await bench.list()).filter((name) => !/lock\.\d+$/.test(name));
}

/** Without the one field that differs from run to run. */
async function deadLetters(bench: Workbench): Promise<Record<string, unknown>[]> {
  return parseJsonl(await bench.read('out.csv.dead-letters.jsonl')).map(
    ({ failedAt: _, ...letter }) => letter,
  );
}
