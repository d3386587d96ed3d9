/** Calls that an average reaches back over, about. */
const REMEMBERED_CALLS = 200;

/** The most that one call counts for, as a multiple of the mean: a call that hung says little about the others. */
const MOST_OF_MEAN = 20;

/** The latency of recent calls, as exponentially weighted averages: each call takes weight from those before. */
export class LatencyAverage {
  #calls = 0;
  #meanMs = 0;
  #meanLog = 0;
  #varianceOfLog = 0;

  /** Calls measured so far. */
  get calls(): number {
    return this.#calls;
  }

  /** The arithmetic mean: what Little's law is about. */
  get meanMs(): number {
    return this.#meanMs;
  }

  /** The variance of the latency's natural logarithm: 1 where a call in a hundred takes ten times the median. */
  get varianceOfLog(): number {
    return this.#varianceOfLog;
  }

  add(latencyMs: number): void {
    this.#calls++;
    const weight = 1 / Math.min(this.#calls, REMEMBERED_CALLS);
    const ms = this.#calls === 1 ? latencyMs : Math.min(latencyMs, this.#meanMs * MOST_OF_MEAN);
    this.#meanMs += (ms - this.#meanMs) * weight;
    const deviation = Math.log(Math.max(latencyMs, 0.01)) - this.#meanLog;
    this.#meanLog += deviation * weight;
    this.#varianceOfLog = (1 - weight) * (this.#varianceOfLog + weight * deviation * deviation);
  }
}
