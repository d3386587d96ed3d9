import { expect, it } from 'vitest';
import type { DefinedLimits } from '../../../src/fabric/definition.js';
import type { FabricPlan } from '../../../src/run/plan/fabric.js';
import { decideLimits, mostInFlight } from '../../../src/run/plan/limits.js';

const PER_MINUTE = 60_000;
const LOCAL: FabricPlan = {
  kind: 'local',
  id: 'local:summary',
  source: { kind: 'name', text: 'local:summary' },
  definitionHash: null,
  name: 'summary',
};

function aModel(limits: DefinedLimits, concurrency?: number | 'auto'): FabricPlan {
  return {
    kind: 'model',
    id: 'shout',
    source: { kind: 'path', text: 'shout.yaml' },
    definitionHash: '',
    apiKey: undefined,
    proxy: undefined,
    definition: {
      name: 'shout',
      provider: 'openai',
      model: 'small',
      baseUrl: 'http://127.0.0.1:9/v1',
      prompt: 'Hi',
      partials: {},
      parameters: {},
      onTruncate: 'fail',
      limits,
      ...(concurrency === undefined ? {} : { concurrency }),
    },
  };
}

it.each<[string, FabricPlan, object]>([
  [
    'nothing is limited on this machine',
    LOCAL,
    { rate: 'none', tokensPerMinute: undefined, concurrency: 10 },
  ],
  [
    'a service that states nothing gets 100 a minute',
    aModel({}),
    { rate: { calls: 100, perMs: PER_MINUTE } },
  ],
  [
    'a bare number is calls a minute',
    aModel({ requests: '500' }),
    { rate: { calls: 500, perMs: PER_MINUTE } },
  ],
  ['a unit may be named', aModel({ requests: '20/s' }), { rate: { calls: 20, perMs: 1_000 } }],
  ['tokens alone are a limit', aModel({ tokens: 60_000 }), { rate: 'none', tokensPerMinute: 60_000 }],
  [
    'both hold',
    aModel({ requests: '500', tokens: 60_000 }),
    { rate: { calls: 500, perMs: PER_MINUTE }, tokensPerMinute: 60_000 },
  ],
  ['the file says how many in the air', aModel({}, 50), { concurrency: 50 }],
])('%s', (_what, fabric, limits) => {
  expect(decideLimits({}, fabric)).toMatchObject(limits);
});

it('takes what was asked for before what the file says, and keeps the tokens', () => {
  const fabric = aModel({ requests: '500', tokens: 60_000 }, 50);

  expect(decideLimits({ rate: 'auto', concurrency: 5 }, fabric)).toEqual({
    rate: 'auto',
    tokensPerMinute: 60_000,
    concurrency: 5,
    usual: [],
  });
});

it('bounds the calls in the air where they find their own number', () => {
  expect(mostInFlight({ concurrency: 7 })).toBe(7);
  expect(mostInFlight({ concurrency: 'auto' })).toBe(256);
});
