import { describe, expect, it } from 'vitest';
import { answerSection } from '../../../src/monitor/report/answer-section.js';
import { ValueGatherer } from '../../../src/monitor/report/value-distribution.js';
import { seededRandom } from '../../support/seeded-random.js';

function distributionOf(values: Iterable<string>) {
  const gatherer = new ValueGatherer('ai_topic', seededRandom(1));
  for (const value of values) gatherer.add(value);
  return gatherer.distribution();
}

describe('the values of a column', () => {
  it('are labels where few stand there often, the most frequent first', () => {
    const { values, empty, shape } = distributionOf(['billing', 'delivery', 'delivery', '', ' ']);

    expect([values, empty]).toEqual([3, 2]);
    expect(shape).toEqual({
      kind: 'labels',
      labels: [
        { label: 'delivery', count: 2 },
        { label: 'billing', count: 1 },
      ],
    });
  });

  it('are numbers where all of them are, in bars of one width', () => {
    const { shape } = distributionOf(Array.from({ length: 1_000 }, (_, index) => String(index / 10)));

    if (shape.kind !== 'numbers') throw new Error(shape.kind);
    expect(shape.median).toBeCloseTo(49.9);
    expect(shape.bars).toHaveLength(12);
    expect([shape.bars[0]?.from, shape.bars.at(-1)?.to]).toEqual([0, 99.9]);
    for (const { share } of shape.bars) expect(share).toBeCloseTo(1 / 12, 1);
  });

  it('are labels where they are marks from 1 to 5', () => {
    expect(distributionOf('1234512345'.split('')).shape.kind).toBe('labels');
  });

  it('are lengths where they are texts', () => {
    const { shape } = distributionOf(Array.from({ length: 100 }, (_, index) => `text ${'x'.repeat(index)}`));

    expect(shape).toMatchObject({ kind: 'lengths', median: 54 });
  });

  it('take the memory of a sample, whatever their number, and the sample is an even one', () => {
    const many = function* () {
      for (let index = 0; index < 100_000; index++) yield `${index}.5`;
    };
    const { values, shape } = distributionOf(many());

    if (shape.kind !== 'numbers') throw new Error(shape.kind);
    expect(values).toBe(100_000);
    for (const { share } of shape.bars) expect(Math.abs(share - 1 / 12)).toBeLessThan(0.03);
  });

  it('are nothing where all are empty, and one bar where all are the same number of characters', () => {
    expect(distributionOf(['', '']).shape.kind).toBe('nothing');
    expect(distributionOf(['a'.repeat(80), 'b'.repeat(80)]).shape).toEqual({
      kind: 'lengths',
      median: 80,
      bars: [{ from: 80, to: 80, share: 1 }],
    });
  });

  it('stand in the report as text, whatever they hold', () => {
    const section = answerSection([distributionOf(['<b>', '<b>'])])?.text;

    expect(section).toContain('&lt;b&gt;');
    expect(section).not.toContain('<b>');
  });
});
