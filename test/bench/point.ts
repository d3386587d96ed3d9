import type { Table } from './tables.js';
import type { Workspace } from './workspace.js';

/** What a point is given. */
export interface Bench {
  readonly workspace: Workspace;
  /** How many rows, where the point has more than one size and the command line names some. */
  readonly sizes: readonly number[];
  /** The sizes that take minutes, too. */
  readonly full: boolean;
}

/** What docs/benchmarks.md quotes: a ratio where there is something to compare with, else a figure. */
export interface Quote {
  readonly what: string;
  readonly figure: string;
}

export interface Measurement {
  readonly table: Table;
  readonly quotes: readonly Quote[];
}

/** One thing that is measured. */
export interface Point {
  readonly title: string;
  measure(bench: Bench): Promise<Measurement>;
}
