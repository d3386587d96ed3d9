import { counted, formatCount, formatDuration } from '../../wording/wording.js';
import type { Chart, Series } from './chart.js';
import { formatAmount, formatRate } from './format-figures.js';
import { failureColor } from './page/style.js';
import type { PlacedInterval } from './run-intervals.js';

/** The x axis of charts over time, and the kinds of failures. */
interface TimeAxis {
  readonly placed: readonly PlacedInterval[];
  readonly resumedAtMs: readonly number[];
  /** Kinds of failures, the most frequent first. */
  readonly kinds: readonly string[];
}

type Drawn = Pick<Chart, 'id' | 'title' | 'summary' | 'series'>;

export function throughputChart(axis: TimeAxis): Chart {
  const rates = axis.placed.map(({ interval }) => perSecond(interval.rows, interval.ms));
  const rows = axis.placed.reduce((sum, { interval }) => sum + interval.rows, 0);
  return overTime(axis, {
    id: 'throughput',
    title: 'Throughput',
    summary: `${formatRate(perSecond(rows, workMs(axis)))} rows/s on average, ${formatRate(highest(rates))} at most.`,
    series: [{ label: 'rows/s', values: rates.map(shortened), color: 'c1', unit: 'rate', look: 'area' }],
  });
}

export function inFlightChart(axis: TimeAxis): Chart {
  const means = axis.placed.map(({ interval }) => interval.inFlightMean);
  const most = highest(axis.placed.map(({ interval }) => interval.inFlightMax));
  return overTime(axis, {
    id: 'in-air',
    title: 'Calls in flight',
    summary: `${formatCount(mean(means))} on average, ${formatCount(most)} at most.`,
    series: [
      { label: 'mean', values: means.map(shortened), color: 'c2', unit: 'count', look: 'area' },
      {
        label: 'most',
        values: axis.placed.map(({ interval }) =>
          interval.inFlightSamples === 0 ? null : interval.inFlightMax,
        ),
        color: 'c4',
        unit: 'count',
        look: 'thin',
      },
    ],
  });
}

/** Undefined where no call was answered. */
export function latencyChart(axis: TimeAxis): Chart | undefined {
  const summaries = axis.placed.map(({ interval }) =>
    interval.answered > interval.reused ? interval.latency.summary() : undefined,
  );
  if (summaries.every((summary) => summary === undefined)) return undefined;
  const series = ([label, name, color]: readonly ['p50' | 'p95' | 'p99', string, string]): Series => ({
    label: name,
    values: summaries.map((summary) => summary?.[label] ?? null),
    color,
    unit: 'ms',
    look: label === 'p50' ? 'area' : 'line',
  });
  const slowest = highest(axis.placed.map(({ interval }) => interval.latencyMaxMs));
  return overTime(axis, {
    id: 'latency',
    title: 'Latency of answered calls',
    summary: `Percentiles of each stretch, right to 5 %; the slowest answer took ${formatDuration(slowest)}.`,
    series: (
      [
        ['p50', 'median', 'c1'],
        ['p95', 'p95', 'c3'],
        ['p99', 'p99', 'c5'],
      ] as const
    ).map(series),
  });
}

/** Undefined where nothing failed. */
export function failureChart(axis: TimeAxis): Chart | undefined {
  const { placed } = axis;
  const failed = placed.reduce((sum, { interval }) => sum + interval.failedRows, 0);
  if (failed === 0) return undefined;
  const inTime = new Set(placed.flatMap(({ interval }) => [...interval.failed.keys()]));
  // The counts may lack a kind: a retry may have answered all its rows, or the checkpoint is a moment older.
  const kinds = [...new Set([...axis.kinds, ...inTime])];
  const seen = kinds.filter((kind) => inTime.has(kind));
  return overTime(axis, {
    id: 'failures',
    title: 'Failed rows',
    summary: `${formatCount(failed)} by kind, in stretches of ${widthWords(axis)}.`,
    series: seen.map((kind) => ({
      label: kind,
      values: placed.map(({ interval }) => interval.failed.get(kind) ?? 0),
      color: failureColor(kinds, kind),
      unit: 'count',
      look: 'bars',
    })),
  });
}

/** Undefined where there were no retries. */
export function retryChart(axis: TimeAxis): Chart | undefined {
  const values = axis.placed.map(({ interval }) => interval.retries);
  const retries = values.reduce((sum, value) => sum + value, 0);
  if (retries === 0) return undefined;
  return overTime(axis, {
    id: 'retries',
    title: 'Retries',
    summary: `${counted(retries, 'call')} beyond a row's first, in stretches of ${widthWords(axis)}.`,
    series: [{ label: 'retries', values, color: 'c3', unit: 'count', look: 'bars' }],
  });
}

/** Undefined where there are no tokens and no cost. */
export function spendChart(axis: TimeAxis, costUnit: string | undefined): Chart | undefined {
  const tokensIn = sumsUpTo(axis, ({ interval }) => interval.tokensIn);
  const tokensOut = sumsUpTo(axis, ({ interval }) => interval.tokensOut);
  const cost = sumsUpTo(axis, ({ interval }) => interval.cost);
  const [totalIn, totalOut, total] = [tokensIn.at(-1) ?? 0, tokensOut.at(-1) ?? 0, cost.at(-1) ?? 0];
  if (totalIn + totalOut + total === 0) return undefined;
  const tokens = `${counted(totalIn, 'token')} in, ${formatCount(totalOut)} out`;
  if (total > 0)
    return overTime(axis, {
      id: 'spend',
      title: 'Cost so far',
      summary: `${formatAmount(total, costUnit)}${totalIn + totalOut === 0 ? '' : ` for ${tokens}`}.`,
      series: [
        {
          label: costUnit === undefined ? 'cost' : `cost in ${costUnit}`,
          values: cost.map(shortened),
          color: 'c2',
          unit: `cost:${costUnit ?? ''}`,
          look: 'area',
        },
      ],
    });
  return overTime(axis, {
    id: 'spend',
    title: 'Tokens so far',
    summary: `${tokens}.`,
    series: [
      { label: 'in', values: tokensIn, color: 'c1', unit: 'count', look: 'area' },
      { label: 'out', values: tokensOut, color: 'c2', unit: 'count', look: 'line' },
    ],
  });
}

function overTime(axis: TimeAxis, drawn: Drawn): Chart {
  const stacked = drawn.series.some(({ look }) => look === 'bars');
  const endS = Math.max(0.001, workMs(axis) / 1000);
  const middles = axis.placed.map(
    ({ fromMs, interval }) => shortened((fromMs + interval.ms / 2) / 1000) ?? 0,
  );
  // One point makes no line, so it is drawn level from the run's start to its end.
  const isLevel = middles.length === 1 && !stacked;
  return {
    ...drawn,
    ...(isLevel ? { series: drawn.series.map(levelled) } : {}),
    x: isLevel ? [0, endS] : middles,
    xKind: 'work',
    xRange: [0, endS],
    stacked,
    marks: axis.resumedAtMs.map((ms) => ({ x: ms / 1000, label: 'resumed' })),
  };
}

function levelled(series: Series): Series {
  return { ...series, values: [...series.values, ...series.values] };
}

/** The longest interval's length: the last one may be shorter, and so may those at an interruption. */
function widthWords({ placed }: TimeAxis): string {
  return formatDuration(placed.reduce((most, { interval }) => Math.max(most, interval.ms), 0));
}

function workMs({ placed }: TimeAxis): number {
  const last = placed.at(-1);
  return last === undefined ? 0 : last.fromMs + last.interval.ms;
}

function sumsUpTo(axis: TimeAxis, figureOf: (one: PlacedInterval) => number): number[] {
  let sum = 0;
  return axis.placed.map((one) => {
    sum += figureOf(one);
    return sum;
  });
}

function perSecond(rows: number, ms: number): number {
  return ms === 0 ? 0 : (rows / ms) * 1000;
}

function highest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function mean(values: readonly (number | undefined)[]): number {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Five digits are more than a chart shows. */
function shortened(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toPrecision(5));
}
