import { describe, expect, it, onTestFinished } from 'vitest';
import { BatchScenario, someRowsFail } from '../support/batch-scenario.js';
import { seededRandom } from '../support/seeded-random.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Kills of one run; `BATCHAI_KILLS=20` for the long version, with 5,000 rows. */
const KILLS = Number(process.env.BATCHAI_KILLS ?? 5);
const ROWS = KILLS < 20 ? 1_000 : 5_000;
const SHARDS = 10;
/** Printed when a test fails; give it again to see the same moments. */
const SEED = Number(process.env.BATCHAI_SEED ?? Math.floor(Math.random() * 2 ** 31));

describe(`kill -9 of a run over a batch API (BATCHAI_SEED=${SEED})`, () => {
  it(
    'ends in the same bytes as a live run, and has every row billed once, whatever the service does',
    async () => {
      const random = seededRandom(SEED);
      let kill: (() => void) | undefined;
      const scenario = await BatchScenario.open(await temporaryFolder(), ROWS, {
        answer: someRowsFail,
        behave: ({ nth }) => ({
          ...{ validatingPolls: 1, runningPolls: 1, finalizingPolls: 1, lines: { order: 'shuffled' } },
          ...(nth === 3 && { end: 'expired' as const, doneShare: 0.6 }),
          ...(nth === 5 && {
            end: 'failed' as const,
            failure: { code: 'token_limit_exceeded', message: 'Enqueued token limit reached' },
          }),
        }),
        fault: ({ route, nth }) => {
          if (kill !== undefined && random() < 0.15) {
            setTimeout(kill, random() * 20);
            kill = undefined;
          }
          return route === 'POST /v1/batches' && nth === 2 ? { kind: 'lost-answer' } : undefined;
        },
      });
      onTestFinished(() => scenario.close());
      const args = ['--batch-api-poll', '10ms', '--batch-api-rows', `${ROWS / SHARDS}`, '--resume'];

      let code: number | null = null;
      let said = '';
      for (let life = 1; code === null; life++) {
        const run = scenario.start('batch.csv', args);
        if (life <= KILLS) kill = () => run.child.kill('SIGKILL');
        ({ code, stderr: said } = await run.finished);
        kill = undefined;
      }
      const { prompts, billed, billedTwice } = scenario.server.ledger.totals;
      const live = await scenario.start('live.csv', ['--no-batch-api', '-r', 'none', '-c', '50']).finished;

      expect(code, said).toBe(3);
      expect(live.code, live.stderr).toBe(3);
      expect(await scenario.read('batch.csv')).toBe(await scenario.read('live.csv'));
      expect(await scenario.letters('batch.csv')).toBe(await scenario.letters('live.csv'));
      expect({ prompts, billed, billedTwice }).toEqual({
        prompts: ROWS,
        billed: ROWS - ROWS / 100,
        billedTwice: 0,
      });
    },
    120_000 + KILLS * 20_000,
  );
});
