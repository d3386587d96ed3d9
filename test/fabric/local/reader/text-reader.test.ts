import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import model from 'wink-eng-lite-web-model';
import winkNLP, { type Document, type ItemEntity, type ItemSentence } from 'wink-nlp';
import type { Annotation, Reading } from '../../../../src/fabric/local/reader/reading.js';
import { TextReader } from '../../../../src/fabric/local/reader/text-reader.js';
import type { WinkModel } from '../../../../src/fabric/local/reader/wink-model.js';
import { STRANGE_TEXTS } from '../answering.js';

const ANNOTATIONS: readonly Annotation[] = ['sbd', 'negation', 'sentiment', 'pos', 'ner'];

const REVIEWS = readFileSync(new URL('../../../../fixtures/reviews.csv', import.meta.url), 'utf8');

/** Forms that the tokenizer and the automata have rules for, and words that other words make a difference to. */
const FORMS = [
  "It is Tim's. Tim's phone can't work, isn't it? I'd've said so; they'll don't.",
  'Scarlett Johansson met Steve :D and scarlett, meta. :d Meta johansson steve :-) ;-D <3',
  'Call me@x.org or see http://x.org/a?b=c, #tag @you, at 10:30am on 2020-01-02 or 12/31/2020.',
  'The 1990s, the 21st and 3rd, $5 million, €5, 5 %, 1,000.50, two hours, fifty dollars, January 5th, 2021',
  'U.S.A. e.g. Dr. Smith etc. a.b state-of-the-art non-stop foo-bar kettle, (kettle) "kettle" kettle. Kettle',
  'not good, never bad; no awful noise! NOT AT ALL GREAT\nNew line\n\nand\tmore \u00a0 spaces\u3000here --- …',
];

// Few, since a reader of wink's for each takes 0.2 s; each has words that are new in another order.
const TEXTS = [REVIEWS, FORMS.join('\n'), [...FORMS].reverse().join(' '), STRANGE_TEXTS.join('\n')];

it('reads what wink-nlp reads, whatever it has read before', () => {
  const reader = new TextReader(model as unknown as WinkModel, ANNOTATIONS);
  const expected = TEXTS.map(readByWink);

  for (let round = 0; round < 2; round += 1) {
    const found = TEXTS.map((text) => allOf(reader.read(text)));

    expect(found).toEqual(expected);
  }
});

function allOf(reading: Reading) {
  const each = <T>(of: (token: number) => T) => Array.from({ length: reading.tokens }, (_, i) => of(i));
  return {
    words: each((i) => reading.word(i)),
    types: each((i) => reading.type(i)),
    stopWords: each((i) => reading.isStopWord(i)),
    partsOfSpeech: each((i) => reading.partOfSpeech(i)),
    sentences: reading.sentences,
    entities: reading.entities,
    sentiment: reading.sentiment,
  };
}

/** As a reader of wink's own does that has read no other text. */
function readByWink(text: string) {
  const { readDoc, its } = winkNLP({ ...model, metaCER: () => ({ machines: [], transformers: [] }) }, [
    ...ANNOTATIONS,
  ]);
  const document: Document = readDoc(text);
  const tokens = document.tokens();
  const sentences: unknown[] = [];
  document.sentences().each((sentence: ItemSentence) => sentences.push(sentence.out(its.span)));
  const entities: unknown[] = [];
  document.entities().each((entity: ItemEntity) => {
    entities.push({ span: entity.out(its.span), type: entity.out(its.type) });
  });
  return {
    words: tokens.out(its.value),
    types: tokens.out(its.type),
    stopWords: tokens.out(its.stopWordFlag),
    partsOfSpeech: tokens.out(its.pos),
    sentences,
    entities,
    sentiment: document.out(its.sentiment),
  };
}
