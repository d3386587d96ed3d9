import { DEEPEST_KEPT } from '../../json/nesting.js';
import type { Layout } from '../../rows/format.js';
import { START } from '../../rows/row.js';

/** The layout of files that batchai writes for itself: dead letters, and the results of a retry. */
export const LETTERS_LAYOUT: Layout = { format: 'jsonl', delimiter: ',', newline: '\n' };

/** How they are read from their beginning. */
export const LETTERS_READING = {
  columns: [],
  from: START,
  blockRows: 1_000,
  badRows: 'stop',
  deepest: DEEPEST_KEPT,
} as const;
