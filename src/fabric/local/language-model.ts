import { CallError } from '../call-error.js';
import type { Annotation, Reading } from './reader/reading.js';
import type { WinkModel } from './reader/wink-model.js';

export interface LanguageModel {
  /**
   * Reads a text and gives what `look` makes of it; its time grows with the text's length.
   * Throws a CallError `too-large` for more than `LONGEST_TEXT`.
   */
  read<T>(text: string, look: (reading: Reading) => T): T;
}

/**
 * In UTF-16 code units. A million take 0.2 to 3.5 s and up to 300 MB; the worst text that we could think of, nothing
 * but slashes and colons, takes 10 s.
 */
export const LONGEST_TEXT = 1_000_000;

/**
 * In characters. wink looks for links and addresses in text without spaces in a time that grows with the cube of
 * its length: 2,000 characters of "//:" take 2 s, 300 take 10 ms. Longer stretches are read with a space in between.
 */
const LONGEST_UNBROKEN = 300;

/** Loads wink and its English model: about 0.2 s and 50 MB. Letting go of the model frees its word list. */
export async function openLanguageModel(annotations: readonly Annotation[]): Promise<LanguageModel> {
  // Loaded here, so that only local fabrics wait for 4 MB of model.
  const [{ TextReader }, { default: model }] = await Promise.all([
    import('./reader/text-reader.js'),
    import('wink-eng-lite-web-model'),
  ]);
  // Its types hide what it is made of.
  const reader = new TextReader(model as unknown as WinkModel, annotations);
  return {
    read(text, look) {
      if (text.length > LONGEST_TEXT) throw tooLarge(text.length);
      return look(reader.read(breakUp(text)));
    },
  };
}

const UNBROKEN = new RegExp(`\\S{${LONGEST_UNBROKEN}}`, 'gu');

function breakUp(text: string): string {
  return text.length < LONGEST_UNBROKEN ? text : text.replace(UNBROKEN, '$& ');
}

function tooLarge(length: number): CallError {
  return new CallError(
    'too-large',
    `the row's text has ${length} characters; on-device fabrics take up to ${LONGEST_TEXT}`,
  );
}
