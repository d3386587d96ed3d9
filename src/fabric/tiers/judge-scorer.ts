import { crc32 } from 'node:zlib';
import { withPlainNumbers } from '../../json/plain-numbers.js';
import { stringifyJson } from '../../json/stringify-json.js';
import { objectOfAnswer } from '../answer/object-in-text.js';
import { CallError } from '../call-error.js';
import type { Answer } from '../fabric.js';
import type { Scorer } from './scorer.js';

/** The input in which a judge finds the answer. */
export const JUDGED = 'output';

/**
 * The judge is sent the row's inputs and the answer as `output`. It answers with a number, or with an object that has
 * one as `score`, or with a text that holds either.
 */
export const judgeScorer: Scorer = async (call, answer, askJudge) => {
  // The answers of two tiers are two questions about one row.
  const variant = `-${crc32(stringifyJson(answer)).toString(16)}`;
  const reply = await askJudge({ ...call.inputs, [JUDGED]: answer }, variant);
  return scoreIn(reply.answer);
};

/** @throws CallError `bad-answer` */
function scoreIn(answer: Answer): number {
  const found = objectOfAnswer(answer);
  const said = found.kind === 'problem' ? answer : found.object.score;
  const value = said && withPlainNumbers(said);
  const number = typeof value === 'string' ? numberIn(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new CallError('bad-answer', 'the judge answered without a score: wanted a number, or {"score": …}');
}

function numberIn(text: string): number | undefined {
  const [number] = /-?\d+(?:\.\d+)?/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number);
}
