/** What a column, or a part of an answer, is to the reader of a page. */
export type FieldKind = 'input' | 'answer' | 'meta';

/** A column of the rows, or a part of the objects in an answer's column. */
export interface ViewField {
  /** Unique among the fields: `topic`, or `ai_output › topic` for a part. */
  readonly key: string;
  readonly kind: FieldKind;
  /** Set for a part of a column's objects, which has no column of its own. */
  readonly isPart?: true;
}

/** How often a value stands in a field. */
export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** The values of a field, where they are few enough to choose from. */
export interface FieldValues {
  readonly key: string;
  /** The most frequent first; the empty text stands for no value. Undefined: there are too many different ones. */
  readonly values: readonly ValueCount[] | undefined;
  readonly empty: number;
}

/** What a page shows above its rows. */
export interface ViewFacts {
  readonly output: string;
  /** Undefined where no run of the output is known. */
  readonly fabric: string | undefined;
  readonly state: string | undefined;
  /** True while rows may still come. */
  readonly isLive: boolean;
  readonly fields: readonly ViewField[];
  /** Rows that are known so far. */
  readonly rows: number;
  /** Share of the file that is looked through, 0 to 1. */
  readonly share: number;
  readonly values: readonly FieldValues[];
  readonly failures: readonly ValueCount[];
  /** Rows of the input that could not be read, and of the output that cannot. Neither are shown. */
  readonly unreadable: { readonly input: number; readonly output: number };
  /** Changes when the file under the page is another. */
  readonly generation: number;
  /** Why nothing more can be shown, for a person. */
  readonly problem?: string;
}

export type RowState = 'answered' | 'failed' | 'empty';

export interface RowFailure {
  readonly kind: string;
  readonly message: string;
}

/** A row in a list: its values in the order of the fields, cut where they are long. */
export interface ViewRow {
  /** Its place in the output, from 1. */
  readonly at: number;
  /** Its number in the input, from 1. */
  readonly row: number;
  readonly state: RowState;
  readonly failure?: RowFailure;
  readonly values: readonly string[];
}

/** A row with all that it has. */
export interface WholeRow extends Omit<ViewRow, 'values'> {
  readonly fields: readonly WholeField[];
}

export interface WholeField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly text: string;
  /** Characters of the whole value, of which `text` may be the beginning. */
  readonly length: number;
}

/** Rows that are searched for. */
export interface ViewQuery {
  /** Words that a row has to contain, all of them, in upper or lower case. */
  readonly words: string;
  readonly state: RowState | 'all';
  /** Of the failure. */
  readonly kind?: string;
  /** Values that fields have to have, by key. */
  readonly equals: Readonly<Record<string, string>>;
  readonly sort?: { readonly key: string; readonly descending: boolean };
}

/** A part of the rows that were found. */
export interface ViewPage {
  readonly rows: readonly ViewRow[];
  /** Rows found so far. */
  readonly matched: number;
  /** Rows of those that can be shown; fewer where only the first ones of an order are kept. */
  readonly shown: number;
  /** Rows looked at so far, of those that are known. */
  readonly scanned: number;
  readonly total: number;
  readonly isDone: boolean;
  readonly generation: number;
}

/** Where a page takes its rows from. */
export interface ViewSource {
  facts(): Promise<ViewFacts>;
  /**
   * Rows that a reader searches for. A new query of a reader ends the search of its last one.
   *
   * @param reader tells the readers apart, such as two tabs of a browser.
   * @param from of the rows found, from 0.
   */
  page(reader: string, query: ViewQuery, from: number, count: number): Promise<ViewPage>;
  /** A row by its place in the output; undefined where there is none. */
  row(at: number, mostCharacters: number): Promise<WholeRow | undefined>;
}
