import { counted, formatCount } from './wording.js';

/**
 * How far a run is, in the words of every place that says it: rows with a result, be it an answer or a failure.
 *
 * @param total all rows that it is to do; not there where that is not known.
 * @example
 * resultsInWords(312, 500); // '312 of 500 have a result, 188 to go'
 */
export function resultsInWords(done: number, total: number | null | undefined): string {
  const have = (rows: number) => (rows === 1 ? 'has' : 'have');
  if (total === null || total === undefined) return `${counted(done, 'row')} ${have(done)} a result`;
  if (done >= total) return `all ${counted(total, 'row')} ${have(total)} a result`;
  return `${formatCount(done)} of ${formatCount(total)} ${have(done)} a result, ${formatCount(total - done)} to go`;
}
