import { counted, formatCount, formatDuration } from '../../wording/wording.js';
import type { RunTally } from '../run-tally.js';
import type { SpendingTally } from '../spending-tally.js';
import { formatAmount, formatRate, formatShare } from './format-figures.js';
import { type Html, html } from './html.js';

/** The tiles with a run's main numbers. */
export function keyFigures(tally: RunTally, elapsedMs: number, costUnit: string | undefined): Html {
  const { succeeded, failed, calls, retries, latency, spending } = tally;
  const rows = succeeded + failed;
  const { p50, p99 } = latency.summary();
  const tiles = [
    tile('Rows', formatCount(rows)),
    tile('Answered', formatCount(succeeded), rows === 0 ? undefined : formatShare(succeeded / rows)),
    tile(
      'Failed',
      formatCount(failed),
      failed === 0 ? 'none' : formatShare(failed / rows),
      failed === 0 ? '' : 'bad',
    ),
    tile(
      'Calls',
      formatCount(calls),
      retries === 0 ? 'no retries' : `${formatCount(retries)} of them retries`,
    ),
    tile('Time', elapsedMs === 0 ? '–' : formatDuration(elapsedMs), 'of work'),
    tile('Rows a second', elapsedMs === 0 ? '–' : formatRate((rows / elapsedMs) * 1000), 'on average'),
  ];
  if (latency.snapshot().count > 0)
    tiles.push(tile('Median latency', formatDuration(p50), `p99 ${formatDuration(p99)}`));
  if (spending.reusedInRun + spending.reusedFromCache > 0)
    tiles.push(
      tile('Saved rows', formatCount(spending.reusedInRun + spending.reusedFromCache), savedNote(spending)),
    );
  if (spending.input + spending.output > 0)
    tiles.push(
      tile(
        'Tokens',
        compact(spending.input + spending.output),
        `${compact(spending.input)} in, ${compact(spending.output)} out`,
      ),
    );
  if (spending.cost > 0)
    tiles.push(tile('Cost', formatAmount(spending.cost, costUnit), costNote(spending, rows, costUnit)));
  return html`<section aria-label="Key figures"><dl class="tiles">${tiles}</dl></section>`;
}

function tile(name: string, value: string, note?: string, tone = ''): Html {
  return html`<div class="tile ${tone}"><dt>${name}</dt><dd>${value}</dd>${note === undefined ? undefined : html`<dd class="note">${note}</dd>`}</div>`;
}

function savedNote({ reusedInRun, reusedFromCache }: SpendingTally): string {
  if (reusedFromCache === 0) return 'equal to others: no call';
  if (reusedInRun === 0) return 'from the cache: no call';
  return `${formatCount(reusedInRun)} equal to others, ${formatCount(reusedFromCache)} from the cache`;
}

function costNote({ cost, unpriced }: SpendingTally, rows: number, unit: string | undefined): string {
  if (unpriced > 0) return `${counted(unpriced, 'call')} without a known price`;
  return rows === 0 ? '' : `${formatAmount((cost / rows) * 1000, unit)} a thousand rows`;
}

/** `1.2M` */
function compact(count: number): string {
  return count.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
}
