import { describe, expect, it } from 'vitest';
import { answering, STRANGE_TEXTS } from './answering.js';

describe('local:summary', () => {
  const ask = answering('summary');

  it('keeps the sentences that the rest is about, in their order', async () => {
    const text =
      'My cousin came by. The coffee grinder has steel burrs, and the burrs grind coffee evenly. It was raining. ' +
      'Grinding coffee with this grinder takes ten seconds. We had lunch.';

    expect(await ask(text)).toBe(
      'The coffee grinder has steel burrs, and the burrs grind coffee evenly. ' +
        'Grinding coffee with this grinder takes ten seconds.',
    );
  });

  it('gives a text of two sentences back as it is, trimmed', async () => {
    expect(await ask('  Great kettle.  It boils\tfast, though Dr. Smith disagrees! \n')).toBe(
      'Great kettle.  It boils\tfast, though Dr. Smith disagrees!',
    );
  });

  it('takes a line without a full stop for a sentence, and wrapped text not', async () => {
    const titled = 'Acme kettle\nIt boils water. The Acme kettle is a kettle of steel.';
    const wrapped = 'The kettle boils water\nin two minutes. It is quiet.';

    expect(await ask(titled)).toBe('Acme kettle The Acme kettle is a kettle of steel.');
    expect(await ask(wrapped)).toBe(wrapped);
  });

  it('changes nothing in a sentence, however long its words', async () => {
    const code = 'x9'.repeat(500);
    const text = `The code  is ${code}, says the code. Yes. No. The code won’t\u00a0change.`;

    expect(await ask(text)).toBe(`The code  is ${code}, says the code. The code won’t\u00a0change.`);
  });

  it('has nothing to say about nothing', async () => {
    expect(await ask('')).toBe('');
    expect(await ask(' \n ')).toBe('');
  });

  it.each(STRANGE_TEXTS)('answers a part of %j', async (text) => {
    const answer = String(await ask(text));

    for (const word of answer.split(/\s+/)) expect(text).toContain(word);
  });
});
