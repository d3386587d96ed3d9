import { describe, expect, it } from 'vitest';
import type { FabricCalls } from '../../../src/run/plan/call-plan.js';
import { localPlan } from '../../../src/run/plan/fabric.js';
import { timeNeeded } from '../../../src/run/trial/time-needed.js';

function calls(changed: Partial<FabricCalls>): FabricCalls {
  return {
    fabric: {
      kind: 'promptha',
      id: 'f',
      source: { kind: 'name', text: 'f' },
      definitionHash: null,
      definition: {
        provider: 'promptha',
        name: 'f',
        fabricId: 'f',
        keyEnv: 'KEY',
        limits: {},
        baseUrl: 'http://127.0.0.1',
      },
      apiKey: undefined,
      proxy: undefined,
    },
    concurrency: 10,
    rate: 'none',
    tokensPerMinute: undefined,
    attempts: 3,
    timeoutMs: 60_000,
    price: undefined,
    pricer: undefined,
    ...changed,
  };
}

const load = { calls: 101, tokens: 3_000, latencyMs: 1_000 };

describe('the time that a run needs', () => {
  it('is that of its rate limit, up to the last answer', () => {
    const rate = { calls: 60, perMs: 60_000 };

    expect(timeNeeded(calls({ rate }), load)).toEqual({ ms: 101_000, by: 'rate' });
  });

  it('is that of its limit of tokens', () => {
    expect(timeNeeded(calls({ tokensPerMinute: 1_000 }), load)).toEqual({ ms: 180_000, by: 'tokens' });
  });

  it('is that of the calls that may be in the air', () => {
    const { ms, by } = timeNeeded(calls({}), load);

    expect(by).toBe('concurrency');
    expect(ms).toBeCloseTo(10_550, 6);
  });

  it('is never less than one call takes', () => {
    expect(timeNeeded(calls({}), { ...load, calls: 2 }).ms).toBe(1_000);
  });

  it('is not divided among calls that all run in this process', () => {
    expect(timeNeeded(calls({ fabric: localPlan('local:sentiment') }), load).ms).toBe(101_000);
  });

  it('is not known where nothing holds it up', () => {
    expect(timeNeeded(calls({}), { ...load, latencyMs: undefined })).toEqual({ ms: 0, by: 'nothing' });
    expect(timeNeeded(calls({ rate: 'auto' }), { ...load, calls: 0 })).toEqual({ ms: 0, by: 'nothing' });
  });
});
