import type { InputPlan } from '../../run/plan/input.js';
import type { QuestionCount } from '../../run/trial/count-questions.js';
import { counted } from '../../wording/wording.js';
import type { OutputStream } from '../io.js';

const EVERY_MS = 250;

/**
 * Shows on a terminal how much of a file has been counted; writes nothing elsewhere.
 *
 * @returns a function that ends the display and clears its line.
 */
export function showCounting(
  count: Readonly<QuestionCount>,
  { source, stat }: InputPlan,
  stream: OutputStream,
): () => void {
  if (!stream.isTTY) return () => {};
  // The decompressed size of a .gz file is unknown until it has been read.
  const size = source.name.endsWith('.gz') ? undefined : stat?.size;
  const timer = setInterval(() => {
    const share = size ? `, ${Math.min(100, Math.floor((100 * count.bytes) / size))}%` : '';
    stream.write(`\r\u001b[Kcounting: ${counted(count.rows, 'row')}${share}`);
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    stream.write('\r\u001b[K');
  };
}
