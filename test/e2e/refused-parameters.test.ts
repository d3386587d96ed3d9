import { describe, expect, it } from 'vitest';
import { DESCRIBE, modelBench } from './model-bench.js';
import { enrichedCsv, rowsCsv } from './workbench.js';

const REFUSAL = {
  error: {
    message:
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    type: 'invalid_request_error',
    param: 'max_tokens',
    code: 'unsupported_parameter',
  },
};

const WITH_MAX_TOKENS = `${DESCRIBE}parameters:
  max_tokens: 300
`;

describe('a parameter that the model refuses', () => {
  it('stops the run, blames no row, and says what to write instead', async () => {
    const bench = await modelBench(
      { behave: () => ({ kind: 'status', status: 400, body: REFUSAL }) },
      WITH_MAX_TOKENS,
    );
    await bench.write('rows.csv', rowsCsv(300));

    const { code, stderr } = await bench.run(['rows.csv', '-o', 'out.csv', '-c', '4']);

    expect(code, stderr).toBe(4);
    expect(stderr).toContain(
      "the fabric's parameter max_tokens is refused: write max_completion_tokens in its place",
    );
    expect(stderr).toContain('change its parameters in fabric.yaml');
    expect(bench.server.requests.length).toBeLessThanOrEqual(4);
    expect(await bench.list()).not.toContain('out.csv.dead-letters.jsonl');
  });

  it('is the matter of a few rows where others are answered with it', async () => {
    const bench = await modelBench(
      {
        latencyMs: 20,
        behave: ({ prompt }) =>
          prompt?.includes('00030') ? { kind: 'status', status: 400, body: REFUSAL } : undefined,
      },
      WITH_MAX_TOKENS,
    );
    await bench.write('rows.csv', rowsCsv(400));

    const { code, stderr } = await bench.run(['rows.csv', '-o', 'out.csv', '-c', '2']);

    expect(code, stderr).toBe(3);
    expect(stderr).toContain('failed, bad-request');
    expect(await bench.read('out.csv')).toBe(enrichedCsv(400, { fails: (n) => n === 30 }));
  });
});

describe('fabrics check', () => {
  it('warns of parameters that the model is known to refuse', async () => {
    const bench = await modelBench({}, WITH_MAX_TOKENS.replace('gpt-4.1-mini', 'gpt-6-luna'));

    const { code, stdout, stderr } = await bench.batchai(['fabrics', 'check', 'fabric.yaml']);

    expect(code).toBe(0);
    expect(stdout).toContain('fabric.yaml: ok:');
    expect(stderr).toBe(
      'batchai: warning: fabric.yaml: gpt-6-luna refuses the parameter max_tokens: write max_completion_tokens in its place (thinking counts in it)\n',
    );
  });
});
