import type { HistorySnapshot } from '../run-history.js';
import type { RunTally } from '../run-tally.js';
import { type Chart, chartFigure, emptyFigure } from './chart.js';
import { type Html, html } from './html.js';
import { latencyBars } from './latency-bars.js';
import { inStretches, runIntervals } from './run-intervals.js';
import {
  failureChart,
  inFlightChart,
  latencyChart,
  retryChart,
  spendChart,
  throughputChart,
} from './time-charts.js';
import { timeTable } from './time-table.js';

/** More bars than this are hard to tell apart. */
const MOST_BARS = 120;

/** The text in place of a chart without data. */
interface NoChart {
  readonly title: string;
  readonly why: string;
}

type Place = Chart | NoChart;

export interface ChartSection {
  readonly section: Html;
  /** The charts for the page's script. */
  readonly charts: readonly Chart[];
}

/** The charts of a run, and their numbers below. */
export function chartSection(
  history: HistorySnapshot | undefined,
  tally: RunTally,
  kinds: readonly string[],
  costUnit: string | undefined,
): ChartSection {
  const latencies = latencyBars(tally.latency) ?? {
    title: 'How long answers took',
    why: 'No answer came from a call.',
  };
  const { places, numbers } =
    history === undefined
      ? { places: [latencies], numbers: html`<p class="empty card">${NO_HISTORY}</p>` }
      : overTime(history, kinds, latencies, costUnit);
  const figures = places.map((place) =>
    isChart(place) ? chartFigure(place) : emptyFigure(place.title, place.why),
  );
  return {
    charts: places.filter(isChart),
    section: html`<section><h2>How it went</h2>
<noscript><p class="empty card">The charts are drawn by JavaScript that is part of this page; their numbers stand below.</p></noscript>
<div class="charts">
${figures}
</div>
${numbers}</section>`,
  };
}

const NO_HISTORY =
  'Nothing is known of how this run went over time: a version of batchai has made it that did not note that, or it was not saved yet.';

function overTime(
  { series }: HistorySnapshot,
  kinds: readonly string[],
  latencies: Place,
  costUnit: string | undefined,
) {
  const placed = runIntervals(series);
  const axis = { placed, resumedAtMs: series.resumedAtMs, kinds };
  const inBars = { ...axis, placed: inStretches(placed, MOST_BARS) };
  const places: (Place | undefined)[] = [
    throughputChart(axis),
    inFlightChart(axis),
    latencyChart(axis) ?? { title: 'Latency of answered calls', why: 'No answer came from a call.' },
    latencies,
    failureChart(inBars) ?? { title: 'Failed rows', why: 'No row failed.' },
    retryChart(inBars) ?? { title: 'Retries', why: 'No call was made again.' },
    spendChart(axis, costUnit),
  ];
  return { places: places.filter((place) => place !== undefined), numbers: timeTable(placed) };
}

function isChart(place: Place): place is Chart {
  return 'series' in place;
}
