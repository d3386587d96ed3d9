import type { Answer } from '../fabric.js';
import type { LanguageModel } from './language-model.js';
import type { Annotation } from './reader/reading.js';

/** The rule of one on-device fabric: text in, answer out. It keeps nothing between texts. */
export interface LocalProgram {
  /** What it reads from the model; each annotation left out makes every row faster. */
  readonly annotations: readonly Annotation[];
  /** The same text gives the same answer, whatever was read before. The text may be empty. */
  answer(text: string, model: LanguageModel): Answer;
}
