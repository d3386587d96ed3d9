/** A value and its label: `['rows', '12,000']`. The label is empty where the value goes on from the line above. */
export type LabelledValue = readonly [label: string, value: string];

/** One line for each value, indented, with all values in one column. */
export function labelledLines(values: readonly LabelledValue[], labelWidth: number): string {
  return values.map(([label, value]) => `  ${label.padEnd(labelWidth)}${value}\n`).join('');
}
