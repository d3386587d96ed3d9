export type LocalFabricName = 'sentiment' | 'keywords' | 'entities' | 'summary';

/** What a person is told about an on-device fabric. */
export interface LocalFabricInfo {
  readonly name: LocalFabricName;
  /** One line. */
  readonly description: string;
  readonly takes: string;
  readonly gives: string;
  /** Of its answers, in order; none where they are texts. */
  readonly properties: readonly string[];
}

/**
 * The fabrics that run in this process, without a key, a network or a price; `local:<name>` on the command line.
 * This file imports nothing, so that listing them or printing `--help` does not load the language model.
 */
export const LOCAL_FABRICS: readonly LocalFabricInfo[] = [
  {
    name: 'sentiment',
    description: 'Tells whether a text speaks well or badly of its subject',
    takes: 'English text in any columns',
    gives: 'an object: label (positive, neutral or negative) and score (-1 to 1)',
    properties: ['label', 'score'],
  },
  {
    name: 'keywords',
    description: 'Picks the words and phrases that a text is about',
    takes: 'English text in any columns',
    gives: 'text: up to 8 keywords, the most telling first, separated by commas',
    properties: [],
  },
  {
    name: 'entities',
    description: 'Finds names, dates, amounts of money, links and the like',
    takes: 'English text in any columns',
    gives:
      'an object: entities, a list of text and type (NAME, DATE, MONEY, URL, ...) in order of appearance',
    properties: ['entities'],
  },
  {
    name: 'summary',
    description: 'Keeps the two sentences that say the most',
    takes: 'English text in any columns',
    gives: 'text: up to 2 sentences of the original, unchanged and in their order',
    properties: [],
  },
];
