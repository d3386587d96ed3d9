import type { FieldValues, ValueCount } from '../../monitor/view/view-forms.js';
import type { Row } from '../../rows/row.js';
import type { ReadField } from './fields.js';

/** With more different values than this, there is nothing to choose from. */
const MOST_VALUES = 40;

/** Longer texts are no labels. */
const LONGEST_VALUE = 80;

/** Counts the values of fields, row by row, for as long as they are few: what a reader can choose from. */
export class ValueCounts {
  readonly #counted: readonly CountedField[];

  constructor(fields: readonly ReadField[]) {
    this.#counted = fields
      .filter(({ kind }) => kind !== 'input')
      .map((field) => ({ field, values: new Map(), empty: 0 }));
  }

  add(row: Row): void {
    for (const counted of this.#counted) {
      const text = counted.field.read(row);
      if (text === '') counted.empty++;
      else if (counted.values !== undefined) countValue(counted, counted.values, text);
    }
  }

  get values(): FieldValues[] {
    return this.#counted.map(({ field: { key }, values, empty }) => ({
      key,
      values: values && byFrequency(values),
      empty,
    }));
  }
}

interface CountedField {
  readonly field: ReadField;
  /** Undefined: there are too many. */
  values: Map<string, number> | undefined;
  empty: number;
}

function countValue(counted: CountedField, values: Map<string, number>, text: string): void {
  const before = values.get(text);
  if (before === undefined && (values.size === MOST_VALUES || text.length > LONGEST_VALUE))
    counted.values = undefined;
  else values.set(text, (before ?? 0) + 1);
}

function byFrequency(values: ReadonlyMap<string, number>): ValueCount[] {
  return [...values].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}
