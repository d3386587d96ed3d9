import { type Html, html } from './html.js';

/** After `cost:` comes the unit of costs: a currency's three letters, or another word. */
export type Unit = 'rate' | 'count' | 'ms' | `cost:${string}`;

/** A line, or a part of a stack of bars. */
export interface Series {
  readonly label: string;
  /** One for each x; null where there is no value. */
  readonly values: readonly (number | null)[];
  /** A colour of page/style.ts, by name. */
  readonly color: string;
  readonly unit: Unit;
  readonly look: 'area' | 'line' | 'thin' | 'bars';
}

/** A chart as `page/charts.js` draws it. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  /** What it shows, in a sentence, for screen readers. */
  readonly summary: string;
  /** Middles of the intervals: seconds of work, or of a latency in ms its logarithm to base 10. */
  readonly x: readonly number[];
  readonly xKind: 'work' | 'latency';
  readonly xRange: readonly [number, number];
  /** True if bars are stacked, the first series at the bottom. */
  readonly stacked: boolean;
  readonly series: readonly Series[];
  /** Vertical lines with labels. */
  readonly marks: readonly { readonly x: number; readonly label: string }[];
}

/** The element that the script draws the chart into, with title and summary. */
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

/** A card in place of a chart without data. */
export function emptyFigure(title: string, why: string): Html {
  return html`<figure class="card chart"><figcaption><h3>${title}</h3></figcaption><p class="empty">${why}</p></figure>`;
}
