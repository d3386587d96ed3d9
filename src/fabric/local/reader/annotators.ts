/// <reference path="../../../wink-parts.d.ts" />
import constants from 'wink-nlp/src/constants.js';
import locate from 'wink-nlp/src/locate.js';
import search from 'wink-nlp/src/search.js';
import { Automaton, type Pattern } from './automaton.js';
import type { Annotation } from './reading.js';
import { PART_OF_SPEECH_SHIFT, partOfSpeechOf, TOKEN_SIZE, type WinkDocument } from './wink-document.js';
import type { Tag, WinkModel } from './wink-model.js';
import type { WordList } from './word-list.js';

/** Marks something in a text; `normals` are the words of its tokens in small letters. */
export type Annotator = (document: WinkDocument, normals: readonly number[]) => void;

/** The new line: it may stand anywhere in a pattern of words. */
const NEW_LINE = '\n';

const NOUN = 8;

/** What marks the annotations in a text, in the order in which one is built on the other. */
export function annotatorsFor(
  annotations: readonly Annotation[],
  model: WinkModel,
  words: WordList,
): Annotator[] {
  const open: Record<Annotation, () => Annotator> = {
    sbd: () => sentences(model, words),
    ner: () => namedEntities(model, words),
    negation: () => negations(model, words),
    sentiment: () => sentiments(model, words),
    pos: () => partsOfSpeech(model, words),
  };
  const inOrder: readonly Annotation[] = ['sbd', 'ner', 'negation', 'sentiment', 'pos'];
  return inOrder.filter((name) => annotations.includes(name)).map((name) => open[name]());
}

function automata(machines: readonly string[], words: WordList, ignored = words.find(NEW_LINE)): Automaton[] {
  return machines.map((json) => new Automaton(json, words.intrinsicSize(), ignored ?? 0));
}

function sentences(model: WinkModel, words: WordList): Annotator {
  const { machines, transformers, setter } = model.sbd();
  const [automaton] = automata(machines, words);
  const classOf = transformers?.[0];
  const ignored = words.find(NEW_LINE);
  return (document, normals) => {
    const { tokens } = document;
    const classes = normals.map((normal, i) =>
      normal === ignored || classOf === undefined ? normal : Number(classOf(normal, words, tokens, i)),
    );
    setter(automaton?.patternsIn(classes) ?? [], document);
    document.numOfSentences = document.sentences.length;
  };
}

function namedEntities(model: WinkModel, words: WordList): Annotator {
  const { machines, transformers } = model.ner();
  const machinesInTurn = automata(machines, words);
  const classOf = transformers?.[0];
  const ignored = words.find(NEW_LINE);
  return (document, normals) => {
    const classes = normals.map((normal) =>
      normal === ignored || classOf === undefined ? normal : Number(classOf(normal, words, [], 0)),
    );
    let found: readonly Pattern[] | undefined;
    for (const automaton of machinesInTurn) {
      found = automaton.patternsIn(found === undefined ? classes : normals, found);
    }
    document.entities = found ?? [];
  };
}

function negations(model: WinkModel, words: WordList): Annotator {
  const { machines, setter } = model.negation();
  const [automaton] = automata(machines, words);
  return (document, normals) => setter(automaton?.patternsIn(normals) ?? [], document, constants, search);
}

function sentiments(model: WinkModel, words: WordList): Annotator {
  const { machines, setter } = model.sa();
  const [automaton] = automata(machines, words);
  return (document, normals) => setter(automaton?.patternsIn(normals) ?? [], document, constants, locate);
}

/** The first guess at each word, corrected by rules about its neighbours. */
function partsOfSpeech(model: WinkModel, words: WordList): Annotator {
  const { machines, transformers, updater, setter } = model.pos();
  const unknown = 0;
  const corrections = automata(machines, words, unknown);
  const classOf = transformers?.[0];
  return (document, normals) => {
    const { tokens } = document;
    const tags: Tag[] = normals.map((_, i) => {
      const word = words.mappedSpelling(tokens[i * TOKEN_SIZE] ?? 0);
      return tokens[i * TOKEN_SIZE + 2] === 0 ? words.posOf(word) || NOUN : partOfSpeechOf(document, i);
    });
    for (const automaton of corrections) {
      const classes = tags.map((tag, i) =>
        tag === unknown || classOf === undefined ? Number(tag) : Number(classOf(tag, words, tokens, i)),
      );
      updater(automaton.patternsIn(classes), words, tags, normals);
    }
    setter(document, tags, TOKEN_SIZE, PART_OF_SPEECH_SHIFT);
  };
}
