import { formatCount, formatDuration } from '../../wording/wording.js';
import { formatRate } from './format-figures.js';
import { type Html, html } from './html.js';
import { inStretches, type PlacedInterval } from './run-intervals.js';
import { number, table } from './table.js';

const MOST_LINES = 24;

/** The charts over time as a table of a few lines. */
export function timeTable(placed: readonly PlacedInterval[]): Html {
  const lines = inStretches(placed, MOST_LINES).map(({ fromMs, interval }) => {
    const isCalled = interval.answered > interval.reused;
    const { p50, p95, p99 } = interval.latency.summary();
    const latencies = [p50, p95, p99].map((ms) => (isCalled ? formatDuration(ms) : '–'));
    return html`<tr><th scope="row">${formatDuration(fromMs)}</th>${[
      formatCount(interval.rows),
      interval.ms === 0 ? '–' : formatRate((interval.rows / interval.ms) * 1000),
      interval.inFlightMean === undefined ? '–' : formatCount(interval.inFlightMean),
      ...latencies,
      formatCount(interval.failedRows),
      formatCount(interval.retries),
    ].map(number)}</tr>`;
  });
  return html`<details class="card numbers"><summary>The charts over time as numbers</summary>
${table(
  'The run over time',
  [
    { name: 'from' },
    ...['rows', 'rows/s', 'in flight', 'median', 'p95', 'p99', 'failed', 'retries'].map((name) => ({
      name,
      isNumber: true as const,
    })),
  ],
  lines,
)}</details>`;
}
