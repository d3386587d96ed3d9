import { describe, expect, it } from 'vitest';
import { answering, STRANGE_TEXTS } from './answering.js';

describe('local:keywords', () => {
  const ask = answering('keywords');
  const list = async (text: string) => String(await ask(text)).split(', ');

  it('names what a description is about', async () => {
    const found = await list(
      'Organic cotton dress made in Portugal. A soft, breathable fabric with a relaxed fit. Machine washable.',
    );

    expect(found).toContain('organic cotton dress');
    expect(found).toContain('Portugal');
    expect(found).toContain('relaxed fit');
  });

  it('puts what comes up most often first, whatever its ending', async () => {
    const found = await list(
      'The screen is bright. A charger comes with it. The battery lasts long. Batteries are cheap. I like batteries.',
    );

    expect(found[0]).toBe('battery');
    expect(found.filter((keyword) => keyword.startsWith('batter'))).toHaveLength(1);
  });

  it('leaves out common words, verbs and numbers', async () => {
    const found = await list(
      'I have been using this very good blender for the last 12 months and it still works.',
    );

    expect(found.join(' ')).toMatch(/blender/);
    expect(found.join(' ')).not.toMatch(/\b(I|have|this|very|the|and|it|12|using)\b/);
  });

  it('gives at most 8, of at most 3 words, none twice', async () => {
    const found = await list(
      'Chair, table, lamp, desk, shelf, mirror, carpet, curtain, cupboard and a big old heavy brown oak wardrobe. Chair!',
    );

    expect(found).toHaveLength(8);
    expect(new Set(found).size).toBe(8);
    for (const keyword of found) expect(keyword.split(' ').length).toBeLessThanOrEqual(3);
  });

  it('keeps the capitals of names, not those of sentence starts', async () => {
    const found = await list('Kettle from Manchester. We tested it.');

    expect(found).toEqual(['kettle', 'Manchester']);
  });

  it('finds nothing in nothing', async () => {
    expect(await ask('')).toBe('');
    expect(await ask('It was so and so.')).toBe('');
  });

  it.each(STRANGE_TEXTS)('answers text to %j', async (text) => {
    expect(typeof (await ask(text))).toBe('string');
  });
});
