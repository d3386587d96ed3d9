import type { TierTotals } from '../history/tier-totals.js';
import type { RunTally } from '../run-tally.js';
import { formatCount, formatDuration } from '../wording.js';
import { formatDollars, formatRate, formatShare } from './figures.js';
import { type Html, html } from './html.js';
import { sumOfTiers } from './tier-table.js';

/** The run in a dozen numbers. */
export function keyFigures(tally: RunTally, elapsedMs: number, tiers: readonly TierTotals[]): Html {
  const { succeeded, failed, calls, retries, latency } = tally;
  const rows = succeeded + failed;
  const { p50, p99 } = latency.summary();
  const spent = sumOfTiers(tiers);
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
  if (spent.reused > 0) tiles.push(tile('Reused answers', formatCount(spent.reused), 'no call needed'));
  if (spent.tokensIn + spent.tokensOut > 0)
    tiles.push(
      tile(
        'Tokens',
        compact(spent.tokensIn + spent.tokensOut),
        `${compact(spent.tokensIn)} in, ${compact(spent.tokensOut)} out`,
      ),
    );
  if (spent.cost > 0) tiles.push(tile('Cost', formatDollars(spent.cost), costNote(spent, rows)));
  // Up to seven stand in one line; more in two, of five each at most.
  return html`<section aria-label="Key figures"><dl class="tiles ${tiles.length > 7 ? '' : 'few'}">${tiles}</dl></section>`;
}

function tile(name: string, value: string, note?: string, tone = ''): Html {
  return html`<div class="tile ${tone}"><dt>${name}</dt><dd>${value}</dd>${note === undefined ? undefined : html`<dd class="note">${note}</dd>`}</div>`;
}

function costNote({ cost, unpriced }: TierTotals, rows: number): string {
  if (unpriced > 0) return `${formatCount(unpriced)} calls without a known price`;
  return rows === 0 ? '' : `${formatDollars((cost / rows) * 1000)} a thousand rows`;
}

/** `1.2M` */
function compact(count: number): string {
  return count.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
}
