import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenEstimator } from '../../../src/fabric/model/token-estimator.js';

const PRIOR = { constantBytes: 300, outputTokens: 1_000, maxOutputTokens: 1_000 };

/** Numbers from 0 to 1 that look like chance, always the same (Numerical Recipes' linear congruence). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

describe('before anything is learned', () => {
  it('a token takes three bytes, an answer is as long as it may be, and both are doubtful', () => {
    const { input, output, deviation } = new TokenEstimator(PRIOR).estimate(600);

    expect([input, output]).toEqual([300, 1_000]);
    expect(deviation).toBeGreaterThan(500);
  });
});

describe('usage that follows the prompt exactly', () => {
  it('is known after twenty calls, for prompts of lengths never seen', () => {
    const estimator = new TokenEstimator(PRIOR);
    for (let call = 1; call <= 20; call++) {
      const bytes = 400 + ((call * 397) % 1_000);
      estimator.learn(bytes, { input: 50 + bytes * 0.25, output: 20 + bytes * 0.5 });
    }

    const { input, output, deviation } = estimator.estimate(800);

    expect([input, output]).toEqual([250, 420]);
    expect(deviation).toBeLessThan(0.1);
    expect(estimator.estimate(4_000)).toMatchObject({ input: 1_050, output: 1_000 });
  });

  it('is known whatever the line and the prompts', () => {
    const line = fc.record({
      slope: fc.double({ min: 0.1, max: 1, noNaN: true }),
      base: fc.integer({ min: 0, max: 500 }),
    });
    const prompts = fc.array(fc.integer({ min: 10, max: 20_000 }), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(line, prompts, ({ slope, base }, lengths) => {
        fc.pre(new Set(lengths).size > 2);
        const estimator = new TokenEstimator(PRIOR);
        for (const bytes of lengths) estimator.learn(bytes, { input: base + bytes * slope, output: 100 });

        const [bytes = 0] = lengths;
        const { input, output, deviation } = estimator.estimate(bytes);

        expect(Math.abs(input - (base + bytes * slope))).toBeLessThan(1);
        expect(output).toBe(100);
        expect(deviation).toBeLessThan(1);
      }),
    );
  });

  it('is learned anew when the service begins to count otherwise', () => {
    const estimator = new TokenEstimator(PRIOR);
    const learn = (calls: number, perByte: number) => {
      for (let call = 1; call <= calls; call++) {
        const bytes = 400 + ((call * 397) % 1_000);
        estimator.learn(bytes, { input: bytes * perByte, output: 10 });
      }
    };
    learn(500, 0.2);
    learn(300, 0.4);

    expect(estimator.estimate(1_000).input).toBeCloseTo(400, -1);
  });
});

describe('answers of random length', () => {
  it('are as doubtful as they are: the deviation is that of what comes', () => {
    const random = chance(7);
    const estimator = new TokenEstimator(PRIOR);
    const misses: number[] = [];
    const deviations: number[] = [];
    for (let call = 1; call <= 600; call++) {
      const bytes = 400 + Math.floor(random() * 2_000);
      const output = Math.floor(random() * 600);
      const input = 20 + Math.round(bytes / 4);
      if (call > 50) {
        const estimate = estimator.estimate(bytes);
        misses.push(input + output - estimate.input - estimate.output);
        deviations.push(estimate.deviation);
      }
      estimator.learn(bytes, { input, output });
    }

    const real = Math.sqrt(mean(misses.map((miss) => miss ** 2)));
    expect(real).toBeGreaterThan(150);
    expect(mean(deviations) / real).toBeGreaterThan(0.85);
    expect(mean(deviations) / real).toBeLessThan(1.15);
    expect(Math.abs(mean(misses))).toBeLessThan(25);
  });

  it('are estimated by their mean, not by a line through chance', () => {
    const random = chance(3);
    const estimator = new TokenEstimator({ ...PRIOR, maxOutputTokens: undefined });
    for (let call = 1; call <= 200; call++) {
      estimator.learn(500 + (call % 3), { input: 120, output: 200 + Math.floor(random() * 100) });
    }

    expect(estimator.estimate(50_000).output).toBeGreaterThan(200);
    expect(estimator.estimate(50_000).output).toBeLessThan(300);
  });
});

describe('an estimate', () => {
  it('is a number that can be used, whatever was learned', () => {
    const usage = fc.record({ input: fc.nat(100_000), output: fc.nat(100_000) });
    const calls = fc.array(fc.tuple(fc.nat(1_000_000), usage), { maxLength: 40 });
    fc.assert(
      fc.property(calls, fc.nat(10_000_000), (learned, bytes) => {
        const estimator = new TokenEstimator(PRIOR);
        for (const [promptBytes, used] of learned) estimator.learn(promptBytes, used);

        const { input, output, deviation } = estimator.estimate(bytes);

        for (const value of [input, output, deviation])
          expect(Number.isFinite(value) && value >= 0).toBe(true);
      }),
    );
  });

  it('is doubtful as long as only few calls were seen', () => {
    const estimator = new TokenEstimator(PRIOR);
    estimator.learn(1_000, { input: 250, output: 80 });
    estimator.learn(2_000, { input: 500, output: 80 });

    const { input, output, deviation } = estimator.estimate(3_000);

    expect([input, output]).toEqual([750, 80]);
    expect(deviation).toBeGreaterThan(200);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
