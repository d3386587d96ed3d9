import { writeFileSync } from 'node:fs';
import { seededRandom } from '../../support/seeded-random.js';
import { startRun } from '../batchai.js';
import { BenchServer } from '../bench-server.js';
import type { Bench, Measurement, Point } from '../point.js';
import { mostInAnyWindow, perMsFrom } from '../statistics.js';
import { percent, seconds, whole } from '../tables.js';

/** About three and a half minutes of the limit in `fabrics/token-limit.yaml`. */
const ROWS = 205;
const TOKENS_PER_MINUTE = 60_000;
const MINUTE_MS = 60_000;

/** Prompt and answer each have from 100 to 1,500 tokens, many of them few: calls of 200 to 3,000. */
const LEAST_TOKENS = 100;
const MOST_TOKENS = 1_500;
/** What a ticket has besides its text: the instruction, its number, what stands around messages. */
const TOKENS_AROUND_TEXT = 20;
const LEAST_LATENCY_MS = 1_000;
const MOST_LATENCY_MS = 2_000;
const SEED = 1;

/** A limit of tokens is kept in every minute, as the service counts, and used up. */
export const tokenLimit: Point = {
  title: '`limits: tokens: 60000`, calls of 200 to 3,000 tokens, answers after 1 to 2 s',

  async measure({ workspace, sizes }: Bench): Promise<Measurement> {
    const rows = sizes[0] ?? ROWS;
    const input = workspace.path('tickets.csv');
    const answersFile = workspace.path('answers.json');
    writeTickets(input, answersFile, rows);
    const server = await BenchServer.tokenCounting(workspace, answersFile);
    const output = workspace.path('token-limit-out.csv');
    await startRun(workspace, {
      fabric: 'token-limit.yaml',
      input,
      output,
      url: server.url,
      concurrency: 'auto',
      rateLimit: 'none',
    }).usage;
    const arrivals = await server.takeArrivals();
    await server.stop();
    workspace.removeOutput('token-limit-out.csv');

    const calls = arrivals.map(({ at, tokens }) => ({ at, amount: tokens }));
    const times = calls.map(({ at }) => at);
    const sizesOfCalls = calls.map(({ amount }) => amount);
    const firstAt = Math.min(...times);
    const most = mostInAnyWindow(calls, MINUTE_MS);
    const used = (perMsFrom(calls, firstAt + MINUTE_MS) * MINUTE_MS) / TOKENS_PER_MINUTE;
    return {
      table: {
        header: [
          'calls',
          'tokens a call',
          'time',
          'most tokens in any minute',
          'used after the first minute',
        ],
        rows: [
          [
            whole(calls.length),
            `${whole(Math.min(...sizesOfCalls))} to ${whole(Math.max(...sizesOfCalls))}`,
            seconds(Math.max(...times) - firstAt),
            whole(most),
            percent(used),
          ],
        ],
      },
      quotes: [
        { what: 'Most tokens in any minute under `limits: tokens: 60000`', figure: whole(most) },
        { what: 'Share of that limit used after the first minute', figure: percent(used) },
      ],
    };
  },
};

/** Tickets whose texts are of all lengths, and an answer for each. */
function writeTickets(input: string, answersFile: string, rows: number): void {
  const random = seededRandom(SEED);
  const lines: string[] = [];
  const answers: { tokens: number; latencyMs: number }[] = [];
  for (let row = 1; row <= rows; row++) {
    lines.push(`${row},${textOf(tokensBetween(random) - TOKENS_AROUND_TEXT)}\n`);
    const latencyMs = Math.round(LEAST_LATENCY_MS + random() * (MOST_LATENCY_MS - LEAST_LATENCY_MS));
    answers.push({ tokens: tokensBetween(random), latencyMs });
  }
  writeFileSync(input, `id,text\n${lines.join('')}`);
  writeFileSync(answersFile, JSON.stringify(answers));
}

/** As many short ones as long ones, by their orders of magnitude: log-uniform. */
function tokensBetween(random: () => number): number {
  return Math.round(LEAST_TOKENS * (MOST_TOKENS / LEAST_TOKENS) ** random());
}

/** Four characters a token, as the server counts. */
function textOf(tokens: number): string {
  return 'the parcel came late and it was wet all over '.repeat(tokens).slice(0, 4 * tokens);
}
