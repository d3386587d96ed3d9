import { counted, formatCount } from '../../wording/wording.js';
import { formatShare } from './format-figures.js';
import { type Html, html } from './html.js';
import { number, shareBar, table } from './table.js';
import type { ValueBar, ValueDistribution } from './value-distribution.js';

/** The section with what stands in the columns of answers; undefined where nothing does. */
export function answerSection(distributions: readonly ValueDistribution[]): Html | undefined {
  if (distributions.every(({ values, empty }) => values + empty === 0)) return undefined;
  return html`<section><h2>Answers</h2>
<div class="columns">${distributions.map(columnCard)}</div>
</section>`;
}

function columnCard(distribution: ValueDistribution): Html {
  const { column, values, empty, shape } = distribution;
  const facts = [
    counted(values, 'value'),
    ...(empty === 0 ? [] : [`${formatCount(empty)} empty (${formatShare(empty / (values + empty))})`]),
    ...(shape.kind === 'numbers' ? [`half of them up to ${shortNumber(shape.median)}`] : []),
    ...(shape.kind === 'lengths' ? [`half of them up to ${counted(shape.median, 'character')} long`] : []),
  ];
  return html`<article class="card column"><h3><bdi>${column}</bdi></h3><p class="note">${facts.join(', ')}</p>
${linesOf(distribution)}</article>`;
}

function linesOf({ column, values, shape }: ValueDistribution): Html | undefined {
  switch (shape.kind) {
    case 'nothing':
      return undefined;
    case 'labels': {
      const most = shape.labels[0]?.count ?? 1;
      const lines = shape.labels.map(
        ({ label, count }) =>
          html`<tr><th scope="row"><bdi>${label}</bdi></th>${number(formatCount(count))}${number(formatShare(count / values))}${shareBar(count / most, 'c1')}</tr>`,
      );
      const heads = [
        { name: 'value' },
        { name: 'rows', isNumber: true },
        { name: 'share', isNumber: true },
        { name: '' },
      ] as const;
      return table(`Values of ${column}`, heads, lines);
    }
    case 'numbers':
    case 'lengths': {
      const most = Math.max(...shape.bars.map(({ share }) => share));
      const lines = shape.bars.map(
        (bar) =>
          html`<tr><th scope="row" class="n">${rangeText(bar, shape.kind)}</th>${number(formatShare(bar.share))}${shareBar(bar.share / most, 'c2')}</tr>`,
      );
      const head = shape.kind === 'numbers' ? 'from' : 'characters from';
      return table(
        `Values of ${column}`,
        [{ name: head, isNumber: true }, { name: 'share', isNumber: true }, { name: '' }],
        lines,
      );
    }
  }
}

function rangeText({ from, to }: ValueBar, kind: 'numbers' | 'lengths'): string {
  const [low, high] = kind === 'lengths' ? [Math.round(from), Math.round(to)] : [from, to];
  return low === high ? shortNumber(low) : `${shortNumber(low)} to ${shortNumber(high)}`;
}

/** Three significant digits, without a tail of zeros: `0.25`, `1,230`. */
function shortNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: Math.abs(value) >= 1_000 ? 6 : 3 });
}
