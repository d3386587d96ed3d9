import { type Html, html } from './html.js';

/** Behind `cost:` stands what it is counted in: a currency's three letters, or another word. */
export type Unit = 'rate' | 'count' | 'ms' | `cost:${string}`;

/** A line, or a part of a stack of bars. */
export interface Series {
  readonly label: string;
  /** As many as there are places on the x axis; null where there is nothing to show. */
  readonly values: readonly (number | null)[];
  /** The name of a colour of the page. */
  readonly color: string;
  readonly unit: Unit;
  readonly look: 'area' | 'line' | 'thin' | 'bars';
}

/** What the page's script draws; `page/charts.js` is the other half. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  /** What it shows, in a sentence, for those who do not see it. */
  readonly summary: string;
  /** Middles of the intervals: seconds of work, or of a latency in ms its logarithm to base 10. */
  readonly x: readonly number[];
  readonly xKind: 'work' | 'latency';
  readonly xRange: readonly [number, number];
  /** Bars that stand on each other, the first one at the bottom. */
  readonly stacked: boolean;
  readonly series: readonly Series[];
  /** Lines across, with a word beside each. */
  readonly marks: readonly { readonly x: number; readonly label: string }[];
}

/** A place for the chart, its title, and what it shows in words. */
export function chartFigure({ id, title, summary, series }: Chart): Html {
  const keys = series.map(
    ({ label, color }) => html`<span class="key"><i class="swatch ${color}"></i>${label}</span>`,
  );
  return html`<figure class="card chart">
<figcaption><h3>${title}</h3><p id="${id}-words">${summary}</p></figcaption>
<div class="keys" aria-hidden="true">${keys}</div>
<div class="plot" id="${id}" role="img" aria-label="${title}" aria-describedby="${id}-words"></div>
</figure>`;
}

/** A card in place of a chart that has nothing to show. */
export function emptyFigure(title: string, why: string): Html {
  return html`<figure class="card chart"><figcaption><h3>${title}</h3></figcaption><p class="empty">${why}</p></figure>`;
}
