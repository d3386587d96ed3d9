import { counted, formatCount } from '../../wording/wording.js';
import type { RunTally } from '../run-tally.js';
import type { TierTally } from '../spending-tally.js';
import { formatAmount, formatShare } from './format-figures.js';
import { type Html, html } from './html.js';
import type { ReportFacts } from './report-facts.js';
import { number, table } from './table.js';

const COLUMNS = ['rows asked', 'answers kept', 'calls', 'tokens in', 'cached', 'tokens out', 'cost', 'share'];

/** The section with calls and spending by tier and judge, or by step; undefined where there are no tiers, tokens or cost. */
export function tierTable(
  tally: RunTally,
  { fabric, tiers, tiersAre, costUnit }: Pick<ReportFacts, 'fabric' | 'tiers' | 'tiersAre' | 'costUnit'>,
): Html | undefined {
  const { spending } = tally;
  const all = totalsOf(tally);
  if (tiers.length === 0 && all.input + all.output + all.cost === 0) return undefined;
  const lines =
    tiers.length === 0
      ? [tierLine(fabric, all, all, costUnit)]
      : tiers.map(({ by, name }) => tierLine(name, spending.tiers.get(by) ?? NOTHING, all, costUnit));
  if (tiers.length > 0) lines.push(tierLine(undefined, all, all, costUnit));
  const title = tiers.length === 0 ? 'Tokens and cost' : `Tokens and cost by ${tiersAre}`;
  const columns = [
    { name: tiers.length === 0 ? 'fabric' : tiersAre },
    ...COLUMNS.map((name) => ({ name, isNumber: true as const })),
  ];
  return html`<section><h2>${title}</h2>
${table(title, columns, lines)}
${all.unpriced > 0 ? html`<p class="note">${counted(all.unpriced, 'call has', 'calls have')} no known price, and no part in the cost.</p>` : undefined}
</section>`;
}

/** The columns of a tier. */
type Shown = Pick<
  TierTally,
  'asked' | 'kept' | 'calls' | 'input' | 'output' | 'cached' | 'cost' | 'unpriced'
>;

const NOTHING: Shown = {
  asked: 0,
  kept: 0,
  calls: 0,
  input: 0,
  output: 0,
  cached: 0,
  cost: 0,
  unpriced: 0,
};

/** The whole run as if it were one tier. */
function totalsOf({ succeeded, failed, calls, spending }: RunTally): Shown {
  const { input, output, cached, cost, unpriced, withoutCall: reused } = spending;
  return {
    asked: Math.max(0, succeeded + failed - reused),
    kept: Math.max(0, succeeded - reused),
    calls,
    input,
    output,
    cached,
    cost,
    unpriced,
  };
}

/** @param name undefined for the sum. */
function tierLine(name: string | undefined, tier: Shown, all: Shown, costUnit: string | undefined): Html {
  return html`<tr class="${name === undefined ? 'sum' : ''}"><th scope="row"><bdi>${name ?? 'all'}</bdi></th>${[
    formatCount(tier.asked),
    formatCount(tier.kept),
    formatCount(tier.calls),
    formatCount(tier.input),
    formatCount(tier.cached),
    formatCount(tier.output),
    tier.cost === 0 ? '–' : formatAmount(tier.cost, costUnit),
    all.cost === 0 ? '–' : formatShare(tier.cost / all.cost),
  ].map(number)}</tr>`;
}
