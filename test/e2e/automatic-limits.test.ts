import { describe, expect, it } from 'vitest';
import { slidingWindow } from '../limits/hidden-limits.js';
import type { Behaviour } from '../support/fake-model-server.js';
import { DESCRIBE, modelBench } from './model-bench.js';
import { enrichedCsv, rowsCsv } from './workbench.js';

const TOO_FAST: Behaviour = { kind: 'status', status: 429, body: { error: { message: 'slow down' } } };
const LIMITS = `limits: { requests: 90/min, tokens: 30000 }\nconcurrency: 4\n`;

describe('the limits of a fabric file', () => {
  it.each<[string, string, readonly string[], RegExp]>([
    ['as the file says', LIMITS, [], /4 calls in flight, 90 calls in 1 min 00 s, 30,000 tokens a minute, /],
    [
      'tokens alone',
      'limits: { tokens: 30000 }\n',
      [],
      /10 calls in flight \(default; raise with -c\), no rate limit, 30,000 tokens a minute/,
    ],
    [
      'none said',
      '',
      [],
      /10 calls in flight \(default; raise with -c\), 100 calls in 1 min 00 s \(default; raise with --rate-limit\), 3 attempts/,
    ],
    [
      'found while it runs',
      'limits: { requests: auto }\nconcurrency: auto\n',
      [],
      /as many calls in flight as it takes, the rate that the service turns out to take/,
    ],
    [
      'as the options say',
      LIMITS,
      ['-r', '5/s', '-c', 'auto'],
      /as many calls in flight as it takes, 5 calls in 1\.0 s, 30,000 tokens/,
    ],
  ])('stand in the plan: %s', async (_what, limits, args, says) => {
    const bench = await modelBench({}, `${DESCRIBE}${limits}`);
    await bench.write('rows.csv', rowsCsv(2));

    const { code, stderr } = await bench.batchai([
      'run',
      'rows.csv',
      '--fabric',
      'fabric.yaml',
      '--dry-run',
      ...args,
    ]);

    expect(code).toBe(0);
    expect(stderr.split('\n').find((line) => line.includes('limits'))).toMatch(says);
  });
});

describe('--rate-limit auto --concurrency auto', () => {
  it('finds the rate of a service that states none, with hardly a refusal', async () => {
    // So few that also a busy machine comes to more of them.
    const takes = slidingWindow(() => 8, 1_000);
    let refused = 0;
    const bench = await modelBench(
      {
        latencyMs: 100,
        behave: ({ at }) => {
          if (takes(at)) return undefined;
          refused++;
          return TOO_FAST;
        },
      },
      DESCRIBE,
    );
    await bench.write('rows.csv', rowsCsv(60));

    const { code, stdout } = await bench.run([
      'rows.csv',
      '-o',
      'out.csv',
      '-r',
      'auto',
      '-c',
      'auto',
      '--attempts',
      '1',
      '--json',
    ]);

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(60));
    expect(JSON.parse(stdout)).toMatchObject({ succeeded: 60, failed: 0, calls: 60 + refused });
    // One to find the limit, and a few for what was in flight by then.
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(12);
  });
});
