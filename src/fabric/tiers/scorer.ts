import type { Answer, FabricCall, Inputs, Reply } from '../fabric.js';

/** Makes a call to the judge for the row whose answer is scored. */
export type AskJudge = (inputs: Inputs, variant: string) => Promise<Reply>;

/**
 * Scores an answer to a row, usually from 0 to 1; rows below the least score move up.
 *
 * It may throw a CallError: one that stops the run does so, any other counts as a score of 0.
 */
export type Scorer = (call: FabricCall, answer: Answer, askJudge: AskJudge) => number | Promise<number>;
