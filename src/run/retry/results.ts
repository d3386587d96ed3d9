import { z } from 'zod';
import type { Answer } from '../../fabric/fabric.js';
import { fileSource } from '../../rows/byte-source.js';
import { readRows } from '../../rows/read-rows.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { LETTERS_LAYOUT, LETTERS_READING } from './letters.js';

/** A line of the retry's results; in the order of the letters, which is that of the rows. */
export type RetryResult =
  | (RetriedRow & { readonly answer: Answer })
  | (RetriedRow & {
      readonly letter: string;
      readonly kind: string;
      readonly message?: string;
      /** The answers of its steps that did not fail. */
      readonly part?: JsonObject;
    });

interface RetriedRow {
  readonly row: number;
  readonly item: JsonObject | null;
  /** What the output has in the answer's place before, where that is something: the answers of some steps. */
  readonly had?: JsonObject;
  /** The values of the columns about its calls, where the output has such columns; null leaves a place empty. */
  readonly meta?: readonly JsonValue[];
}

/** Walks the results of a retry beside rows: both are in the order of the row numbers. */
export function resultsInOrder(path: string) {
  const results = readResults(path);
  let next: Promise<RetryResult | undefined> = takeNext(results);
  return {
    /** The result of a row, where it has one. Rows must be asked for in order. */
    async of(row: number): Promise<RetryResult | undefined> {
      const result = await next;
      if (result?.row !== row) return undefined;
      next = takeNext(results);
      return result;
    },
  };
}

/** The next value, or undefined where there is none. */
export async function takeNext<T>(values: AsyncGenerator<T, void>): Promise<T | undefined> {
  const { done, value } = await values.next();
  return done ? undefined : value;
}

/** The results of a retry, in the order of the row numbers. */
export async function* readResults(path: string): AsyncGenerator<RetryResult, void> {
  for await (const block of readRows(fileSource(path, false), LETTERS_LAYOUT, LETTERS_READING)) {
    for (const row of block.rows) {
      if (row.kind !== 'object' || !isResult(row.object))
        throw new Error(`${path}: line ${row.number} is no result of a retry`);
      yield row.object;
    }
  }
}

const resultOfRow = {
  row: z.number(),
  item: z.looseObject({}).nullable(),
  meta: z.array(z.unknown()).optional(),
  had: z.looseObject({}).optional(),
};
const resultForm = z.union([
  z.object({ ...resultOfRow, letter: z.string(), kind: z.string(), part: z.looseObject({}).optional() }),
  z.object({ ...resultOfRow, answer: z.unknown() }),
]);

function isResult(value: object): value is RetryResult {
  return ('answer' in value || 'letter' in value) && resultForm.safeParse(value).success;
}
