import { describe, expect, it } from 'vitest';
import { answering, STRANGE_TEXTS } from './answering.js';

describe('local:entities', () => {
  const ask = answering('entities');
  const list = async (text: string) => {
    const { entities } = (await ask(text)) as { entities: { text: string; type: string }[] };
    return entities.map(({ text, type }) => `${type} ${text}`);
  };

  it('finds dates, money, addresses and links in the order of the text', async () => {
    expect(
      await list(
        'On 12 May 2023 I paid $34.99, wrote to help@acme.com and read https://acme.com/faq #kettle',
      ),
    ).toEqual([
      'DATE 12 May 2023',
      'MONEY $34.99',
      'EMAIL help@acme.com',
      'URL https://acme.com/faq',
      'HASHTAG #kettle',
    ]);
  });

  it('finds money in other currencies', async () => {
    expect(await list('It was £34.99, now it costs €20.')).toEqual(['MONEY £34.99', 'MONEY €20']);
  });

  it('finds names of people, firms and places', async () => {
    const found = await list("Jean-Luc Picard bought Tim Cook's Samsung Galaxy S21 in Berlin, Germany.");

    expect(found).toEqual([
      'NAME Jean-Luc Picard',
      'NAME Tim Cook',
      'NAME Samsung Galaxy S21',
      'NAME Berlin',
      'NAME Germany',
    ]);
  });

  it('takes no common word for a name because it starts a sentence or is shouted', async () => {
    expect(await list('Kettle boils fast. Delivery was late.\nCharger is fine.')).toEqual([]);
    expect(await list('BATTERY DIED AT ONCE. DO NOT BUY.')).toEqual([]);
  });

  it('finds nothing in nothing', async () => {
    expect(await ask('')).toEqual({ entities: [] });
  });

  it.each(STRANGE_TEXTS)('answers a list to %j', async (text) => {
    expect(await ask(text)).toEqual({ entities: expect.any(Array) });
  });
});
