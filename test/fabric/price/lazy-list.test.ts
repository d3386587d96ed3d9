import { expect, it, vi } from 'vitest';
import { pricerOf } from '../../../src/fabric/price/pricer.js';
import { modelAt, OPENAI } from './priced-model.js';

const loads = vi.hoisted(() => ({ count: 0 }));

vi.mock('@pydantic/genai-prices', (importOriginal) => {
  loads.count++;
  return importOriginal();
});

it('the list of prices is loaded only for a model without a price of its own', async () => {
  const model = modelAt(OPENAI, 'gpt-4.1-mini');
  const price = { unit: 'USD', call: 1 };

  await pricerOf(undefined, undefined, Date.now);
  await pricerOf(model, price, Date.now);
  await pricerOf({ ...model, price }, undefined, Date.now);
  const before = loads.count;
  await pricerOf(model, undefined, Date.now);

  expect([before, loads.count]).toEqual([0, 1]);
});
