import { describe, expect, it } from 'vitest';
import { inputText } from '../../../src/fabric/local/input-text.js';

describe('the text of a row', () => {
  it('has the columns in their order, a line each', () => {
    expect(inputText({ title: 'Kettle', description: 'Boils fast.' })).toBe('Kettle\nBoils fast.');
  });

  it('has numbers and booleans as text', () => {
    expect(inputText({ price: 34.5, inStock: true, sold: 0 })).toBe('34.5\ntrue\n0');
  });

  it('has the strings of nested values, in the order in which they are written', () => {
    const review = { by: { name: 'Ann', age: 40 }, notes: ['good', ['cheap', { more: 'quiet' }], null] };

    expect(inputText({ review, end: 'bye' })).toBe('Ann\ngood\ncheap\nquiet\nbye');
  });

  it('leaves out null and what is blank', () => {
    expect(inputText({ a: null, b: '', c: '  ', d: [], e: {}, f: 'text' })).toBe('text');
    expect(inputText({})).toBe('');
  });

  it('takes nesting of any depth', () => {
    const deep = JSON.parse(`${'['.repeat(5_000)}"bottom"${']'.repeat(5_000)}`);

    expect(inputText({ deep })).toBe('bottom');
  });
});
