import { expect, it } from 'vitest';
import { textBytes } from '../../../src/fabric/attachments/text-bytes.js';

it('counts a file in a request as what services count for it, and all else as text', () => {
  const text = '{"prompt":"a caption, please: é"}';
  const picture = 'QUJD'.repeat(100_000);

  expect(textBytes(text)).toBe(Buffer.byteLength(text));
  expect(textBytes(`{"data":"${picture}"}`)).toBe(11 + 3 * (5_000 + 10_000));
  // Words, numbers and addresses are short of that.
  expect(textBytes(`"${'a'.repeat(1_999)}"`)).toBe(2_001);
});
