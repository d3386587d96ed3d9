import type { Document, ItsHelpers } from 'wink-nlp';
import { CallError } from '../call-error.js';
import { ForgetfulLexicon, type WinkLexicon } from './forgetful-lexicon.js';

/** What the model can mark in a text: sentences, negations, sentiment, parts of speech, named entities. */
export type Annotation = 'sbd' | 'negation' | 'sentiment' | 'pos' | 'ner';

/** One text, read. Valid only while `look` runs: the model forgets the text's words afterwards. */
export interface Reading {
  readonly document: Document;
  readonly its: ItsHelpers;
}

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

/** New words after which a new reader is made (3 ms), to give the memory of forgotten ones back. */
const NEW_WORDS_PER_READER = 20_000;

/** Loads wink and its English model: about 0.2 s and 50 MB. Letting go of the model frees its word list. */
export async function openLanguageModel(annotations: readonly Annotation[]): Promise<LanguageModel> {
  // Loaded here, so that only local fabrics wait for 4 MB of model.
  const [{ default: winkNLP }, { default: model }] = await Promise.all([
    import('wink-nlp'),
    import('wink-eng-lite-web-model'),
  ]);
  // The types hide what the lexicon looks like; the versions of both packages are pinned.
  const core = (model.core as () => WinkLexicon)();
  const lexicon = new ForgetfulLexicon(core);
  const newReader = () =>
    winkNLP({ ...model, core: () => core, metaCER: noCustomEntities }, [...annotations]);

  let reader = newReader();
  return {
    read(text, look) {
      if (text.length > LONGEST_TEXT) throw tooLarge(text.length);
      try {
        return look({ document: reader.readDoc(breakUp(text)), its: reader.its });
      } finally {
        lexicon.forget();
        if (lexicon.forgotten >= NEW_WORDS_PER_READER) {
          lexicon.reclaim();
          reader = newReader();
        }
      }
    },
  };
}

/**
 * Stands in for the model's part about custom entities, which nothing here uses. The original quotes its own text
 * anew each time that it is loaded, and after some 20 readers runs out of string.
 */
function noCustomEntities() {
  return { machines: [], transformers: [] };
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
