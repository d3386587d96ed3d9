/** Upper ends in ms: from on-device fabrics (a few ms) to models that think for two minutes. */
const UPPER_MS = [
  5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000,
] as const;

export interface LatencyBucket {
  /** Seconds; `+Inf` for the last. */
  readonly le: number | '+Inf';
  /** Latencies up to `le`: each bucket includes those before it. */
  readonly count: number;
}

/**
 * Latencies in a few fixed buckets, as Prometheus wants them: every scrape carries them all. The percentiles of a
 * summary come from the finer LatencyHistogram.
 */
export class LatencyBuckets {
  count = 0;
  sumMs = 0;
  readonly #counts: number[] = UPPER_MS.map(() => 0);

  add(latencyMs: number): void {
    this.count++;
    this.sumMs += latencyMs;
    for (let bucket = 0; bucket < UPPER_MS.length; bucket++) {
      if (latencyMs <= (UPPER_MS[bucket] ?? 0)) {
        this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
        return;
      }
    }
  }

  /** In seconds; 0 where there is no latency. */
  get meanSeconds(): number {
    return this.count === 0 ? 0 : this.sumMs / this.count / 1000;
  }

  cumulative(): LatencyBucket[] {
    let seen = 0;
    const buckets: LatencyBucket[] = UPPER_MS.map((upperMs, bucket) => {
      seen += this.#counts[bucket] ?? 0;
      return { le: upperMs / 1000, count: seen };
    });
    return [...buckets, { le: '+Inf', count: this.count }];
  }
}
