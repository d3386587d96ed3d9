import { noSuchColumns } from '../settings/no-such-columns.js';
import { SetUpError } from '../settings/set-up-error.js';
import { pairByKey, pairByNumber, type RowPair } from './row-pairs.js';
import { openTable, type TableFile } from './table-file.js';

export interface DiffSettings {
  readonly before: string;
  readonly after: string;
  /** The column that tells which rows belong together; undefined: their numbers do. */
  readonly key?: string;
  /** Undefined: all columns that both files have. */
  readonly columns?: readonly string[];
}

/** A value that differs. */
export interface ValueChange {
  readonly column: string;
  readonly before: string;
  readonly after: string;
}

/** A row that is not the same in both files. */
export type RowDifference =
  | {
      readonly kind: 'changed';
      /** The row's number in each file, from 1. */
      readonly before: number;
      readonly after: number;
      readonly key?: string;
      readonly changes: readonly ValueChange[];
    }
  | { readonly kind: 'removed'; readonly before: number; readonly key?: string }
  | { readonly kind: 'added'; readonly after: number; readonly key?: string };

/** Counts of a comparison, which grow while it goes on. */
export interface DiffTally {
  /** Rows that both files have. */
  paired: number;
  changed: number;
  removed: number;
  added: number;
  /** Changed values by column, in the first file's order. */
  readonly byColumn: Map<string, number>;
}

export interface Diff {
  readonly tally: DiffTally;
  /** Columns that only one of the files has; they are not compared. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** The rows that differ; reading them is what fills the tally. */
  readonly differences: AsyncIterable<RowDifference>;
}

/**
 * Compares two files of rows, such as the outputs of two runs over one input. Both are read once, from start to end.
 *
 * @throws SetUpError, InputError before the first difference, and where a row cannot be read.
 * @example
 * const { tally, differences } = await diffFiles({ before: 'monday.csv', after: 'tuesday.csv' });
 * for await (const difference of differences) console.log(difference);
 * console.log(tally.changed);
 */
export async function diffFiles(settings: DiffSettings): Promise<Diff> {
  const [before, after] = await Promise.all([openTable(settings.before), openTable(settings.after)]);
  for (const table of [before, after]) checkColumns(table, settings);
  const columns = (settings.columns ?? before.columns.filter((name) => after.columns.includes(name))).map(
    (name) => ({ name, before: before.valueOf(name), after: after.valueOf(name) }),
  );
  if (columns.length === 0) throw new SetUpError(`${before.path} and ${after.path} have no column in common`);
  const tally: DiffTally = {
    paired: 0,
    changed: 0,
    removed: 0,
    added: 0,
    byColumn: new Map(columns.map(({ name }) => [name, 0])),
  };
  return {
    tally,
    onlyBefore: before.columns.filter((name) => !after.columns.includes(name)),
    onlyAfter: after.columns.filter((name) => !before.columns.includes(name)),
    differences: differencesOf(pairsOf(before, after, settings.key), columns, tally),
  };
}

function checkColumns({ path, columns }: TableFile, { key, columns: asked = [] }: DiffSettings): void {
  const missing = [...(key === undefined ? [] : [key]), ...asked].filter((name) => !columns.includes(name));
  if (missing.length > 0) throw new SetUpError(`${path} has ${noSuchColumns(missing, columns)}`);
}

/** Rows in pairs, each with its key where they are paired by one. */
interface KeyedPairs {
  readonly pairs: AsyncIterable<RowPair>;
  keyOf(pair: RowPair): { readonly key?: string };
}

function pairsOf(before: TableFile, after: TableFile, key: string | undefined): KeyedPairs {
  if (key === undefined) return { pairs: pairByNumber(before.rows, after.rows), keyOf: () => ({}) };
  const keys = { before: before.valueOf(key), after: after.valueOf(key) };
  return {
    pairs: pairByKey(before.rows, after.rows, keys),
    keyOf: (pair) => ({ key: pair.kind === 'added' ? keys.after(pair.after) : keys.before(pair.before) }),
  };
}

interface ComparedColumn {
  readonly name: string;
  readonly before: ReturnType<TableFile['valueOf']>;
  readonly after: ReturnType<TableFile['valueOf']>;
}

async function* differencesOf(
  { pairs, keyOf }: KeyedPairs,
  columns: readonly ComparedColumn[],
  tally: DiffTally,
): AsyncGenerator<RowDifference, void> {
  for await (const pair of pairs) {
    const key = keyOf(pair);
    if (pair.kind === 'removed') {
      tally.removed++;
      yield { kind: 'removed', before: pair.before.number, ...key };
    } else if (pair.kind === 'added') {
      tally.added++;
      yield { kind: 'added', after: pair.after.number, ...key };
    } else {
      tally.paired++;
      const changes = changesOf(pair, columns);
      if (changes.length === 0) continue;
      tally.changed++;
      for (const { column } of changes) tally.byColumn.set(column, (tally.byColumn.get(column) ?? 0) + 1);
      yield { kind: 'changed', before: pair.before.number, after: pair.after.number, ...key, changes };
    }
  }
}

function changesOf(pair: RowPair & { kind: 'both' }, columns: readonly ComparedColumn[]): ValueChange[] {
  return columns.flatMap(({ name, before, after }) => {
    const [old, now] = [before(pair.before), after(pair.after)];
    return old === now ? [] : [{ column: name, before: old, after: now }];
  });
}
