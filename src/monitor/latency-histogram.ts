/** Each bucket is 2 % wider than the one before it: percentiles are right to 1 %. */
const FINE = 1.02;
/** The first bucket holds everything faster than a microsecond. */
const SMALLEST_MS = 0.001;

/** A histogram as it is kept in a checkpoint. */
export interface LatencySnapshot {
  [name: string]: number | { [bucket: string]: number };
  count: number;
  sumMs: number;
  /** Bucket number to count. */
  buckets: { [bucket: string]: number };
}

export interface LatencySummary {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/**
 * Latencies in ms, in logarithmic buckets as in HDR histograms: the size depends on the spread of the latencies, not on
 * their number, so that a checkpoint can hold it.
 *
 * @example
 * const latency = new LatencyHistogram();
 * latency.add(120);
 * latency.summary().p99; // 120, right to 1 %
 */
export class LatencyHistogram {
  #count = 0;
  #sumMs = 0;
  readonly #buckets: number[] = [];
  readonly #logGrowth: number;

  /** @param growth factor from a bucket's width to the next one's; percentiles are right to half of its excess over 1. */
  constructor(growth = FINE) {
    this.#logGrowth = Math.log(growth);
  }

  /** @param growth the growth of the histogram that made the snapshot. */
  static from(snapshot: LatencySnapshot, growth = FINE): LatencyHistogram {
    const histogram = new LatencyHistogram(growth);
    histogram.#count = snapshot.count;
    histogram.#sumMs = snapshot.sumMs;
    for (const [bucket, count] of Object.entries(snapshot.buckets))
      histogram.#buckets[Number(bucket)] = count;
    return histogram;
  }

  add(latencyMs: number): void {
    const bucket =
      latencyMs <= SMALLEST_MS ? 0 : Math.ceil(Math.log(latencyMs / SMALLEST_MS) / this.#logGrowth);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
    this.#sumMs += latencyMs;
  }

  /** Adds another histogram of the same growth. */
  merge(other: LatencyHistogram): void {
    this.#count += other.#count;
    this.#sumMs += other.#sumMs;
    other.#buckets.forEach((count, bucket) => {
      this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + count;
    });
  }

  snapshot(): LatencySnapshot {
    const buckets: Record<string, number> = {};
    this.#buckets.forEach((count, bucket) => {
      buckets[bucket] = count;
    });
    return { count: this.#count, sumMs: this.#sumMs, buckets };
  }

  /** In ms; all zero where there is no latency. */
  summary(): LatencySummary {
    return {
      mean: this.#count === 0 ? 0 : round(this.#sumMs / this.#count),
      p50: this.#percentile(0.5),
      p95: this.#percentile(0.95),
      p99: this.#percentile(0.99),
    };
  }

  /** The buckets that are not empty, in order; bounds in ms. */
  bars(): { fromMs: number; toMs: number; count: number }[] {
    const endOf = (bucket: number) => SMALLEST_MS * Math.exp(bucket * this.#logGrowth);
    const bars: { fromMs: number; toMs: number; count: number }[] = [];
    this.#buckets.forEach((count, bucket) => {
      bars.push({ fromMs: endOf(bucket - 1), toMs: endOf(bucket), count });
    });
    return bars;
  }

  #percentile(share: number): number {
    const rank = Math.ceil(share * this.#count);
    let seen = 0;
    for (const [bucket, count] of this.#buckets.entries()) {
      seen += count ?? 0;
      // The middle of the bucket, which is half a width below its upper end.
      if (rank > 0 && seen >= rank) return round(SMALLEST_MS * Math.exp((bucket - 0.5) * this.#logGrowth));
    }
    return 0;
  }
}

function round(ms: number): number {
  return Number(ms.toPrecision(4));
}
