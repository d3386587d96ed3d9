import { stringify } from 'csv-stringify/sync';
import type { Comparison } from '../../monitor/comparison/comparison-facts.js';

/**
 * The comparison as a CSV with a header, CR LF and a line for each row: its number and inputs, then of each fabric
 * `<name>`, `<name>_error`, `<name>_ms`, `<name>_cost` and, where answers were scored, `<name>_score`.
 */
export function comparisonCsv({ fabrics, rows, scorer }: Comparison): string {
  const inputs = [...new Set(rows.flatMap((row) => row.inputs.map(([name]) => name)))];
  const isScored = scorer !== undefined;
  const header = [
    'row',
    ...inputs,
    ...fabrics.flatMap(({ name }) => [
      name,
      `${name}_error`,
      `${name}_ms`,
      `${name}_cost`,
      ...(isScored ? [`${name}_score`] : []),
    ]),
  ];
  const lines = rows.map((row) => {
    const sent = new Map(row.inputs);
    const answers = fabrics.flatMap((_, index) => {
      const outcome = row.outcomes[index];
      const isAnswer = outcome?.kind === 'answer';
      return [
        isAnswer ? outcome.text : '',
        isAnswer ? '' : (outcome?.text ?? 'not called'),
        isAnswer ? Math.round(outcome.latencyMs) : '',
        outcome?.cost ?? '',
        ...(isScored ? [outcome?.score ?? ''] : []),
      ];
    });
    return [row.row, ...inputs.map((name) => sent.get(name) ?? ''), ...answers];
  });
  return stringify([header, ...lines], { record_delimiter: 'windows' });
}
