import { CallError, type CallErrorKind } from '../call-error.js';
import type { Answer } from '../fabric.js';
import type { LocalFabricName } from './catalogue.js';
import { entities } from './entities.js';
import { keywords } from './keywords.js';
import { openLanguageModel } from './language-model.js';
import type { LocalProgram } from './local-program.js';
import { sentiment } from './sentiment.js';
import { summary } from './summary.js';

/** What became of a text, as a value that goes from one thread to another. */
export type TextResult =
  | { readonly answer: Answer; readonly latencyMs: number }
  | { readonly kind: CallErrorKind; readonly message: string };

const PROGRAMS: Readonly<Record<LocalFabricName, LocalProgram>> = { sentiment, keywords, entities, summary };

/** Opens an on-device fabric for texts, one result each. It loads the language model: about 0.2 s and 50 MB. */
export async function openTextAnswers(
  name: LocalFabricName,
): Promise<(texts: readonly string[]) => TextResult[]> {
  const program = PROGRAMS[name];
  const model = await openLanguageModel(program.annotations);
  const answerTo = (text: string): TextResult => {
    const startedAt = performance.now();
    try {
      const answer = program.answer(text, model);
      return { answer, latencyMs: performance.now() - startedAt };
    } catch (error) {
      if (error instanceof CallError) return { kind: error.kind, message: error.message };
      throw error;
    }
  };
  return (texts) => texts.map(answerTo);
}
