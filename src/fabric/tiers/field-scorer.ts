import { ExactNumber } from '../../json/exact-number.js';
import { objectOfAnswer } from '../answer/object-in-text.js';
import type { Scorer } from './scorer.js';

/** The number in a property of an answer that is an object, or a text that holds one; 0 where there is none. */
export function fieldScorer(property: string): Scorer {
  return (_call, answer) => {
    const found = objectOfAnswer(answer);
    if (found.kind === 'problem' || !Object.hasOwn(found.object, property)) return 0;
    const value = found.object[property];
    const isText = typeof value === 'string' && value.trim() !== '';
    const score = isText || value instanceof ExactNumber ? Number(value) : value;
    return typeof score === 'number' && Number.isFinite(score) ? score : 0;
  };
}
