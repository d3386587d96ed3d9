import { describe, expect, it } from 'vitest';
import { parsePrice } from '../../../src/fabric/price/parse-price.js';
import type { Price } from '../../../src/fabric/price/price.js';

describe('takes', () => {
  it.each<[string, Price]>([
    ['input=3,output=15', { unit: 'USD', tokens: { input: 3, output: 15 } }],
    ['output=15,input=3,cached=0.3', { unit: 'USD', tokens: { input: 3, output: 15, cached: 0.3 } }],
    [' input = 3 , output = 0 ', { unit: 'USD', tokens: { input: 3, output: 0 } }],
    ['call=0.002', { unit: 'USD', call: 0.002 }],
    ['call=0', { unit: 'USD', call: 0 }],
    ['input=3,output=15,call=0.01', { unit: 'USD', tokens: { input: 3, output: 15 }, call: 0.01 }],
    ['input=3,output=15,currency=EUR', { unit: 'EUR', tokens: { input: 3, output: 15 } }],
    ['credits=1', { unit: 'credits', tokens: { input: 1_000, output: 1_000 } }],
    ['credits=0.5,call=2', { unit: 'credits', tokens: { input: 500, output: 500 }, call: 2 }],
  ])('%j', (text, price) => {
    expect(parsePrice(text)).toEqual({ price });
  });
});

const SHAPE = 'wanted a price such as input=3,output=15 or call=0.002 or credits=1';
const INPUT = 'input: wanted what a million tokens of prompts cost, such as 0.25';

describe('says what is wrong with', () => {
  it.each([
    ['', SHAPE],
    ['3', SHAPE],
    ['=3', SHAPE],
    ['input=3,', SHAPE],
    ['inputs=3,output=15', 'there is no "inputs", perhaps "input"'],
    ['price=3', 'there is no "price", there are input, output, cached, written, call, credits, currency'],
    [
      'toString=3',
      'there is no "toString", there are input, output, cached, written, call, credits, currency',
    ],
    ['call=1,call=2', 'call is there twice'],
    ['input=,output=15', `${INPUT}, not ""`],
    ['input=$3,output=15', `${INPUT}, not "$3"`],
    ['input=-3,output=15', `${INPUT}, not "-3"`],
    ['input=1e3,output=15', `${INPUT}, not "1e3"`],
    [`input=${'9'.repeat(400)},output=15`, `${INPUT}, not "${'9'.repeat(400)}"`],
    ['input=3=4,output=15', `${INPUT}, not "3=4"`],
    ['input=3,output=x', 'output: wanted what a million tokens of answers cost, such as 2, not "x"'],
    [
      'cached=x',
      'cached: wanted what a million tokens of prompts cost that were cached, such as 0.025, not "x"',
    ],
    ['call=free', 'call: wanted what a call costs, such as 0.002, not "free"'],
    ['credits=1k', 'credits: wanted the credits that a thousand tokens cost, such as 1, not "1k"'],
    ['call=1,currency=eur', 'currency: wanted the three letters of a currency, such as EUR, not "eur"'],
    ['input=3', 'wanted output too, 0 where it costs nothing'],
    ['output=15', 'wanted input too, 0 where it costs nothing'],
    ['cached=0.3', 'cached: it has no place here without input and output'],
    ['call=1,cached=0.3', 'cached: it has no place here without input and output'],
    ['currency=EUR', 'wanted input and output, call, or credits'],
    ['credits=1,input=3,output=15', 'input: it has no place beside credits, which are for all tokens alike'],
    ['credits=1,currency=EUR', 'currency: it has no place beside credits, which are for all tokens alike'],
  ])('%j', (text, problem) => {
    expect(parsePrice(text)).toEqual({ problem });
  });
});
