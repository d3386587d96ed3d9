import { noTotals, type TierTotals } from '../history/tier-totals.js';
import { formatCount, formatDuration } from '../wording.js';
import { formatDollars, formatShare } from './figures.js';
import { type Html, html } from './html.js';
import { number, table } from './table.js';

/** Tokens and cost by the tier that answered or gave up; undefined where there is nothing to tell. */
export function tierTable(tiers: readonly TierTotals[]): Html | undefined {
  const all = sumOfTiers(tiers);
  if (tiers.length < 2 && all.tokensIn + all.tokensOut === 0) return undefined;
  const rows = tiers.map((tier, index) => tierRow(`tier ${index + 1}`, tier, all));
  if (tiers.length > 1) rows.push(tierRow('all', all, all));
  return html`<section><h2>Tokens and cost by tier</h2>
${table(
  'Tokens and cost by tier',
  [
    { name: 'tier' },
    ...[
      'answered',
      'failed',
      'calls',
      'mean latency',
      'tokens in',
      'cached',
      'tokens out',
      'cost',
      'share',
    ].map((name) => ({ name, isNumber: true as const })),
  ],
  rows,
)}
${all.unpriced > 0 ? html`<p class="note">${formatCount(all.unpriced)} calls have no known price; they count as nothing in the cost.</p>` : undefined}
</section>`;
}

export function sumOfTiers(tiers: readonly TierTotals[]): TierTotals {
  const sum = noTotals();
  const names = Object.keys(sum) as (keyof TierTotals)[];
  for (const tier of tiers) for (const name of names) sum[name] += tier[name];
  return sum;
}

function tierRow(name: string, tier: TierTotals, all: TierTotals): Html {
  const called = tier.answered - tier.reused;
  return html`<tr class="${name === 'all' ? 'sum' : ''}"><th scope="row">${name}</th>${[
    formatCount(tier.answered),
    formatCount(tier.failed),
    formatCount(tier.calls),
    called === 0 ? '–' : formatDuration(tier.latencySumMs / called),
    formatCount(tier.tokensIn),
    formatCount(tier.tokensCached),
    formatCount(tier.tokensOut),
    formatDollars(tier.cost),
    all.cost === 0 ? '–' : formatShare(tier.cost / all.cost),
  ].map(number)}</tr>`;
}
