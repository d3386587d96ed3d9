import { describe, expect, it } from 'vitest';
import { batchApiBench as bench, ROWS } from '../support/batch-api-bench.js';
import type { RowRequest } from '../support/batch-services/fake-batch-server.js';

const SCHEMA = `output: {type: object, properties: {text: {type: string}}, required: [text]}\n`;
const SYSTEM = `system: 'Be brief. {{ number }}'\n`;
const IN_SCHEMA = (prompt: string) => JSON.stringify({ text: `described ${prompt}` });

describe('a row whose answer does not fit the schema', () => {
  it('is asked again in a later batch, with what was wrong with the answer', async () => {
    const repairs: RowRequest[] = [];
    const { server, run, read } = await bench(
      {
        answer: (request) => {
          if (request.messages.some(({ role }) => role === 'assistant')) repairs.push(request);
          const isWrong = request.nth === 1 && request.prompt.endsWith('7');
          return isWrong ? '{"other":1}' : IN_SCHEMA(request.prompt);
        },
      },
      SCHEMA + SYSTEM,
    );

    const { code, stderr } = await run();

    expect(code, stderr).toBe(0);
    expect(repairs).toHaveLength(ROWS / 10);
    const [first] = repairs;
    expect(first?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(first?.system).toMatch(/^Be brief\. \d+$/);
    expect(first?.messages.at(-2)?.content).toBe('{"other":1}');
    expect(first?.messages.at(-1)?.content).toContain('That answer cannot be used');
    expect((await read('out.csv')).split('\n')[7]).toContain('described thing 7');
    expect(server.ledger.totals.outputTokens.live).toBe(0);
  });

  it('fails at the second answer that does not fit', async () => {
    let asked = 0;
    const { run, read } = await bench(
      {
        answer: ({ prompt }) => {
          if (prompt !== 'thing 7') return IN_SCHEMA(prompt);
          asked++;
          return '{"other":1}';
        },
      },
      SCHEMA,
    );

    const { code, stderr } = await run('--attempts', '5');

    expect(code, stderr).toBe(3);
    expect(asked).toBe(2);
    const letter = JSON.parse(await read('out.csv.dead-letters.jsonl'));
    expect(letter).toMatchObject({ row: 7, attempts: 2, error: { kind: 'bad-answer' } });
  });
});

describe('a service that refuses the way in which a schema is sent', () => {
  it('gets all rows again in the next form, and each answer is paid for once', async () => {
    const { server, run, read } = await bench(
      {
        answer: ({ prompt, form }) =>
          form === 'json-schema'
            ? {
                kind: 'refusal',
                status: 400,
                body: {
                  error: {
                    message: 'response_format json_schema is not supported',
                    type: 'invalid_request_error',
                  },
                },
              }
            : IN_SCHEMA(prompt),
      },
      SCHEMA + SYSTEM,
    );

    const { code, stderr } = await run('--attempts', '1');
    const log = stderr.match(/collected/g)?.length ?? 0;

    expect(code, stderr).toBe(0);
    expect(log).toBeGreaterThan(4);
    expect((await read('out.csv')).split('\n')[200]).toContain('described thing 200');
    expect(server.ledger.totals).toMatchObject({ billed: ROWS, billedTwice: 0 });
  });

  it('is asked in that form from the start where the run goes on', async () => {
    let isRefusing = 0;
    let isHeld = true;
    const { run } = await bench(
      {
        behave: ({ nth }) => ({
          get runningPolls() {
            return nth > 1 && isHeld ? Number.POSITIVE_INFINITY : 0;
          },
        }),
        answer: ({ prompt, form }) => {
          if (form !== 'json-schema') return IN_SCHEMA(prompt);
          isRefusing++;
          return {
            kind: 'refusal',
            status: 400,
            body: {
              error: {
                message: 'response_format json_schema is not supported',
                type: 'invalid_request_error',
              },
            },
          };
        },
      },
      SCHEMA,
    );
    await run('--limit', '50', '--detach');
    const before = isRefusing;
    isHeld = false;

    const { code, stderr } = await run('--resume');

    expect(before).toBe(50);
    expect(code, stderr).toBe(0);
    expect(isRefusing).toBe(50);
  });
});
