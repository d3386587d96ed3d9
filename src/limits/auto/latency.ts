/** An average is over about the last so many calls. */
const REMEMBERED_CALLS = 200;

/** One call counts for no more than so many times the mean: a call that hung is not how long calls take. */
const MOST_OF_MEAN = 20;

/** How long the calls of late took, as averages that forget evenly with every call. */
export class Latency {
  #calls = 0;
  #meanMs = 0;
  #meanLog = 0;
  #varianceOfLog = 0;

  /** Calls that it heard of. */
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

  finished(latencyMs: number): void {
    this.#calls++;
    const weight = 1 / Math.min(this.#calls, REMEMBERED_CALLS);
    const ms = this.#calls === 1 ? latencyMs : Math.min(latencyMs, this.#meanMs * MOST_OF_MEAN);
    this.#meanMs += (ms - this.#meanMs) * weight;
    const deviation = Math.log(Math.max(latencyMs, 0.01)) - this.#meanLog;
    this.#meanLog += deviation * weight;
    this.#varianceOfLog = (1 - weight) * (this.#varianceOfLog + weight * deviation * deviation);
  }
}
