import type { ServiceNotice } from '../fabric/service-notice.js';
import type { EmptyColumns } from './column-tally.js';

/** Something that a person may want to know, and that the run goes on after. */
export type RunNotice =
  | { readonly kind: 'cache-failed'; readonly error: Error }
  /** A row of a JSONL file has `NaN` or `Infinity` among its values: the first one of the run. */
  | { readonly kind: 'words-as-text'; readonly row: number }
  /** The output cannot have all characters of a row's values: the first such row of the run. */
  | { readonly kind: 'characters-replaced'; readonly row: number }
  /** None of the first answers has put anything into some of the columns over which they are spread. */
  | { readonly kind: 'columns-empty'; readonly empty: EmptyColumns }
  | ServiceNotice;
