import { LatencyHistogram } from '../latency-histogram.js';

/** Wide buckets are few, so that hundreds of intervals fit in a file; percentiles are right to 5 %. */
const GROWTH = 1.1;

const SUMS = [
  'ms',
  'answered',
  'reused',
  'retries',
  'inFlightSum',
  'inFlightSamples',
  'tokensIn',
  'tokensOut',
  'cost',
] as const;
const MAXIMA = ['inFlightMax', 'latencyMaxMs'] as const;
const FIGURES = [...SUMS, ...MAXIMA];

/** An interval as it is kept in a file: figures that are 0 are left out. */
export type IntervalSnapshot = {
  figures: { [name: string]: number };
  failed: { [kind: string]: number };
  latencySumMs: number;
  /** The first bucket's number, and the counts from it on. */
  latencies: number[];
};

/** The counts of one stretch of a run's work. */
export class Interval {
  /** Its length. */
  ms = 0;
  answered = 0;
  /** Of these, those that took no call. */
  reused = 0;
  retries = 0;
  /** The calls in flight, summed over the samples. */
  inFlightSum = 0;
  inFlightSamples = 0;
  inFlightMax = 0;
  latencyMaxMs = 0;
  tokensIn = 0;
  tokensOut = 0;
  /** In the unit of the run's price. */
  cost = 0;
  /** Rows, by the kind of their failure. */
  readonly failed = new Map<string, number>();
  latency = new LatencyHistogram(GROWTH);

  static from(snapshot: IntervalSnapshot): Interval {
    const interval = new Interval();
    for (const name of FIGURES) interval[name] = snapshot.figures[name] ?? 0;
    for (const [kind, rows] of Object.entries(snapshot.failed)) interval.failed.set(kind, rows);
    const [first = 0, ...counts] = snapshot.latencies;
    const buckets: Record<string, number> = {};
    let count = 0;
    for (const [index, calls] of counts.entries()) {
      if (calls > 0) buckets[first + index] = calls;
      count += calls;
    }
    interval.latency = LatencyHistogram.from({ count, sumMs: snapshot.latencySumMs, buckets }, GROWTH);
    return interval;
  }

  addFailed(kind: string, rows = 1): void {
    this.failed.set(kind, (this.failed.get(kind) ?? 0) + rows);
  }

  noteInFlight(calls: number): void {
    this.inFlightSum += calls;
    this.inFlightSamples++;
    if (calls > this.inFlightMax) this.inFlightMax = calls;
  }

  /** Adds the interval that follows. */
  merge(next: Interval): void {
    for (const name of SUMS) this[name] += next[name];
    for (const name of MAXIMA) this[name] = Math.max(this[name], next[name]);
    for (const [kind, rows] of next.failed) this.addFailed(kind, rows);
    this.latency.merge(next.latency);
  }

  get failedRows(): number {
    let sum = 0;
    for (const rows of this.failed.values()) sum += rows;
    return sum;
  }

  /** Rows that got a result. */
  get rows(): number {
    return this.answered + this.failedRows;
  }

  /** Undefined where there is no sample. */
  get inFlightMean(): number | undefined {
    return this.inFlightSamples === 0 ? undefined : this.inFlightSum / this.inFlightSamples;
  }

  snapshot(): IntervalSnapshot {
    const figures: Record<string, number> = {};
    for (const name of FIGURES) if (this[name] !== 0) figures[name] = rounded(this[name]);
    const { sumMs, buckets } = this.latency.snapshot();
    return {
      figures,
      failed: Object.fromEntries(this.failed),
      latencySumMs: rounded(sumMs),
      latencies: dense(buckets),
    };
  }
}

/** Dense, because a bucket's number before each count would take more room than the zeros between them. */
function dense(buckets: Readonly<Record<string, number>>): number[] {
  const numbers = Object.keys(buckets).map(Number);
  const first = numbers[0];
  const last = numbers.at(-1);
  if (first === undefined || last === undefined) return [];
  const counts = [first];
  for (let bucket = first; bucket <= last; bucket++) counts.push(buckets[bucket] ?? 0);
  return counts;
}

/** Ten digits: whole numbers stay what they are, and sums of fractions do not fill the file. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(10));
}
