import type { Pattern } from './automaton.js';
import type { WinkCore, WinkFeatures } from './wink-core.js';
import type { WinkDocument } from './wink-document.js';
import type { WordList } from './word-list.js';

/** The part of wink-eng-lite-web-model that is read here; its own types say nothing of it. The version is pinned. */
export interface WinkModel {
  core(): WinkCore;
  sbd(): Machines & { setter(found: Pattern[], document: WinkDocument): void };
  ner(): Machines;
  negation(): Machines & { setter: SetterWith };
  sa(): Machines & { setter: SetterWith };
  pos(): Machines & {
    updater(found: Pattern[], words: WordList, tags: Tag[], normals: readonly number[]): void;
    setter(document: WinkDocument, tags: readonly Tag[], tokenSize: number, shift: number): void;
  };
  readonly featureFn: WinkFeatures;
  readonly addons: { stem(word: string): string };
}

/** The number of a part of speech; the model writes some of them as text. */
export type Tag = number | string;

/** Automata as JSON, and what turns a token into what they look for. */
interface Machines {
  readonly machines: readonly string[];
  readonly transformers?: readonly (Transformer | undefined)[];
}

/** Gives the class of a token where the automata look for its class, or else the token. */
type Transformer = (token: Tag, words: WordList, tokens: readonly number[], index: number) => Tag;

type SetterWith = (found: Pattern[], document: WinkDocument, constants: object, find: Find) => void;

type Find = (token: number, spans: readonly number[][]) => number | null;
