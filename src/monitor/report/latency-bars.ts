import { counted, formatDuration } from '../../wording/wording.js';
import type { LatencyHistogram } from '../latency-histogram.js';
import type { Chart } from './chart.js';

const MOST_BARS = 48;

/** The histogram of a run's latencies, in bars of equal width on a logarithmic axis; undefined without latencies. */
export function latencyBars(latency: LatencyHistogram): Chart | undefined {
  const bars = latency.bars();
  const first = bars[0];
  const last = bars.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const finest = Math.log10(first.toMs / first.fromMs);
  const [start, end] = [Math.log10(first.fromMs), Math.log10(last.toMs)];
  // A bar covers whole buckets; otherwise some bars would have one bucket more than their neighbours.
  const width = finest * Math.max(1, Math.ceil((end - start) / finest / MOST_BARS));
  const counts: number[] = Array.from(
    { length: Math.max(1, Math.ceil((end - start) / width - 1e-6)) },
    () => 0,
  );
  let calls = 0;
  for (const { fromMs, toMs, count } of bars) {
    const middle = (Math.log10(fromMs) + Math.log10(toMs)) / 2;
    const index = Math.floor((middle - start) / width);
    counts[index] = (counts[index] ?? 0) + count;
    calls += count;
  }
  const { p50, p95, p99 } = latency.summary();
  return {
    id: 'latencies',
    title: 'How long answers took',
    summary: `${counted(calls, 'answer')}: half within ${formatDuration(p50)}, 95 % within ${formatDuration(p95)}, 99 % within ${formatDuration(p99)}.`,
    x: counts.map((_count, index) => rounded(start + (index + 0.5) * width)),
    xKind: 'latency',
    xRange: [rounded(start - width), rounded(start + (counts.length + 1) * width)],
    stacked: true,
    series: [{ label: 'answers', values: counts, color: 'c1', unit: 'count', look: 'bars' }],
    marks: [
      { x: rounded(Math.log10(p50)), label: 'p50' },
      { x: rounded(Math.log10(p95)), label: 'p95' },
      { x: rounded(Math.log10(p99)), label: 'p99' },
    ],
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(5));
}
