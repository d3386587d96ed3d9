import type { Row } from '../../rows/row.js';

/** A row of one file beside its row of the other, or a row that only one of them has. */
export type RowPair =
  | { readonly kind: 'both'; readonly before: Row; readonly after: Row }
  | { readonly kind: 'removed'; readonly before: Row }
  | { readonly kind: 'added'; readonly after: Row };

/** Pairs the rows of two files by their numbers. */
export async function* pairByNumber(
  before: AsyncIterable<Row>,
  after: AsyncIterable<Row>,
): AsyncGenerator<RowPair, void> {
  for await (const { left, right } of inStep(before, after)) {
    if (left !== undefined && right !== undefined) yield { kind: 'both', before: left, after: right };
    else yield* alone(left, right);
  }
}

/** The key of a row in each of the two files. */
export interface RowKeys {
  before(row: Row): string;
  after(row: Row): string;
}

/**
 * Pairs the rows of two files by a key, equal keys in their order. Both files are read in step, and a row waits in memory
 * until its partner comes: where the files have one order, only rows that one file lacks wait.
 */
export async function* pairByKey(
  before: AsyncIterable<Row>,
  after: AsyncIterable<Row>,
  keys: RowKeys,
): AsyncGenerator<RowPair, void> {
  const waiting = { before: new WaitingRows(), after: new WaitingRows() };
  for await (const { left, right } of inStep(before, after)) {
    if (left !== undefined) {
      const key = keys.before(left);
      const partner = waiting.after.take(key);
      if (partner === undefined) waiting.before.add(key, left);
      else yield { kind: 'both', before: left, after: partner };
    }
    if (right !== undefined) {
      const key = keys.after(right);
      const partner = waiting.before.take(key);
      if (partner === undefined) waiting.after.add(key, right);
      else yield { kind: 'both', before: partner, after: right };
    }
  }
  for (const row of waiting.before.rows()) yield { kind: 'removed', before: row };
  for (const row of waiting.after.rows()) yield { kind: 'added', after: row };
}

/** Rows by their key, which several may share. */
class WaitingRows {
  readonly #rows = new Map<string, Row[]>();

  add(key: string, row: Row): void {
    const others = this.#rows.get(key);
    if (others === undefined) this.#rows.set(key, [row]);
    else others.push(row);
  }

  /** The first row of a key, which then waits no more. */
  take(key: string): Row | undefined {
    const [first, ...others] = this.#rows.get(key) ?? [];
    if (others.length === 0) this.#rows.delete(key);
    else this.#rows.set(key, others);
    return first;
  }

  rows(): Row[] {
    return [...this.#rows.values()].flat();
  }
}

function* alone(left: Row | undefined, right: Row | undefined): Generator<RowPair> {
  if (left !== undefined) yield { kind: 'removed', before: left };
  if (right !== undefined) yield { kind: 'added', after: right };
}

interface Step {
  /** Undefined: the file has no more rows. */
  readonly left: Row | undefined;
  readonly right: Row | undefined;
}

async function* inStep(before: AsyncIterable<Row>, after: AsyncIterable<Row>): AsyncGenerator<Step, void> {
  const lefts = before[Symbol.asyncIterator]();
  const rights = after[Symbol.asyncIterator]();
  try {
    for (;;) {
      const [left, right] = await Promise.all([lefts.next(), rights.next()]);
      if (left.done && right.done) return;
      yield { left: left.done ? undefined : left.value, right: right.done ? undefined : right.value };
    }
  } finally {
    await Promise.all([lefts.return?.(), rights.return?.()]);
  }
}
