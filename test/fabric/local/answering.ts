import { afterAll, beforeAll } from 'vitest';
import type { Answer, Fabric, Inputs } from '../../../src/fabric/fabric.js';
import type { LocalFabricName } from '../../../src/fabric/local/catalogue.js';
import { openLocalFabric } from '../../../src/fabric/local/open-local-fabric.js';

/** Opens a fabric for the tests of a file and gives a function that asks it; it is closed after the last test. */
export function answering(name: LocalFabricName): (inputs: Inputs | string) => Promise<Answer> {
  let fabric: Fabric | undefined;
  beforeAll(async () => {
    fabric = await openLocalFabric(name);
  });
  afterAll(() => fabric?.close());
  return async (inputs) => {
    if (!fabric) throw new Error('asked before the fabric was open');
    const named = typeof inputs === 'string' ? { text: inputs } : inputs;
    return (await fabric.run({ row: 1, inputs: named, calls: 0, attempts: 0 })).answer;
  };
}

/** Texts in many scripts, and text that is hardly one. */
export const STRANGE_TEXTS: readonly string[] = [
  '电池很好，屏幕不错。价格便宜。',
  'Η μπαταρία είναι πολύ καλή. Η οθόνη όχι. Το τηλέφωνο είναι ακριβό.',
  'البطارية جيدة جدا. الشاشة سيئة؟ لا أنصح به.',
  'とても良い商品です。配送も早かったです！',
  '😀😀 👍🏽 👨‍👩‍👧 🇩🇪',
  '\ud800 half a surrogate pair \udc00',
  '\u0000\ufeff\u000b\u2028',
  'constructor __proto__ toString hasOwnProperty constructors',
  '!!!!!!!!!!!!!!!! ---------- ////////// :::: @@@@ ####',
  '\n\n\t\r\n',
];
