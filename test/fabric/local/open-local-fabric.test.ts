import { describe, expect, it, onTestFinished } from 'vitest';
import type { Fabric, FabricCall } from '../../../src/fabric/fabric.js';
import { LOCAL_FABRICS } from '../../../src/fabric/local/catalogue.js';
import { openLocalFabric } from '../../../src/fabric/local/open-local-fabric.js';
import { STRANGE_TEXTS } from './answering.js';

const NAMES = LOCAL_FABRICS.map(({ name }) => name);
const callWith = (text: string): FabricCall => ({ row: 1, inputs: { text }, calls: 0, attempts: 0 });

describe.each(NAMES)('the on-device fabric %s', (name) => {
  it('counts the call, and nothing else', async () => {
    const fabric = await openLocalFabric(name);
    const call = callWith('A good kettle.');

    const { latencyMs } = await fabric.run(call);

    expect(call).toEqual({ ...callWith('A good kettle.'), calls: 1 });
    expect(latencyMs).toBeGreaterThan(0);
    await fabric.close();
  });

  it('answers alike whatever it read before', async () => {
    // wink alone would read "Tim's phone" otherwise once it has seen "It is Tim's.".
    const texts = [
      "Tim's phone is Zorblaxian.",
      "It is Tim's. ZORBLAXIAN!",
      'x. y. Zorb. One z.',
      ...STRANGE_TEXTS,
    ];
    const forwards = await openLocalFabric(name);
    const backwards = await openLocalFabric(name);

    const first: string[] = [];
    const second: string[] = [];
    for (const text of texts) first.push(JSON.stringify((await forwards.run(callWith(text))).answer));
    for (const text of [...texts].reverse()) {
      second.unshift(JSON.stringify((await backwards.run(callWith(text))).answer));
    }

    expect(second).toEqual(first);
    await forwards.close();
    await backwards.close();
  });

  it('refuses a text that would take it too long, and takes the next', async () => {
    const fabric = await openLocalFabric(name);

    await expect(fabric.run(callWith('kettle '.repeat(150_000)))).rejects.toMatchObject({
      name: 'CallError',
      kind: 'too-large',
      message: expect.stringContaining('1000000'),
    });

    await expect(fabric.run(callWith('A good kettle.'))).resolves.toBeDefined();
    await fabric.close();
  });

  it('is not stopped by long text without a space', async () => {
    const fabric = await openLocalFabric(name);

    for (const piece of ['a', '//:', '电池很好，', '😀', '"', 'a@a.', 'α.']) {
      await fabric.run(callWith(piece.repeat(6_000 / piece.length)));
    }

    await fabric.close();
  });

  it('fails calls once it is closed', async () => {
    const fabric = await openLocalFabric(name);
    await fabric.close();

    await expect(fabric.run(callWith('late'))).rejects.toMatchObject({ kind: 'aborted' });
  });
});

it('the catalogue describes every fabric in one line', () => {
  for (const { description, takes, gives } of LOCAL_FABRICS) {
    for (const line of [description, takes, gives]) expect(line).toMatch(/^[^\n]+$/);
  }
});

describe('an on-device fabric with threads', () => {
  it('answers as one without, in the order of its calls', async () => {
    const texts = Array.from({ length: 150 }, (_, row) =>
      row % 10 === 9
        ? (STRANGE_TEXTS[(row - 9) / 10] ?? '')
        : `Tim's kettle no. ${row} is ${row % 2 ? 'awful' : 'great'}. ${'It works, says Zorblaxian Ltd. '.repeat(90)}`,
    );
    const alone = await openLocalFabric('entities');
    const spread = await openLocalFabric('entities', 2);
    onTestFinished(() => Promise.all([alone.close(), spread.close()]).then(() => {}));
    const answersOf = async (fabric: Fabric) =>
      (await Promise.all(texts.map((text) => fabric.run(callWith(text))))).map(({ answer }) => answer);

    const expected = await answersOf(alone);

    // Threads start under the first of these, and take over.
    expect(await answersOf(spread)).toEqual(expected);
    expect(await answersOf(spread)).toEqual(expected);
    expect(spread.inFlight).toBe(0);
  });
});
