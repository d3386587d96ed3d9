/** The weight that older pairs keep after each new one: about the last 50 pairs count. */
const MEMORY = 0.98;

/** The F value (here t², so 3 standard errors) above which a slope is significant: a line through chance predicts badly. */
const CLEARLY = 9;

export interface Prediction {
  readonly y: number;
  /** Standard deviation of the real values from `y`. */
  readonly deviation: number;
}

/**
 * Learns y as a function of x, pair by pair, with less weight on older pairs: a least-squares line, or the mean where the
 * line would not fit clearly better. Means and sums of squares are updated as in West ("Updating Mean and Variance
 * Estimates", CACM 22(9), 1979), which loses no digits to differences of large sums.
 */
export class FadingRegression {
  #calls = 0;
  #weight = 0;
  #squaredWeights = 0;
  #meanX = 0;
  #meanY = 0;
  #sumXX = 0;
  #sumXY = 0;
  #sumYY = 0;

  /** Pairs learned. */
  get calls(): number {
    return this.#calls;
  }

  get meanX(): number {
    return this.#meanX;
  }

  get meanY(): number {
    return this.#meanY;
  }

  learn(x: number, y: number): void {
    this.#calls++;
    this.#weight = this.#weight * MEMORY + 1;
    this.#squaredWeights = this.#squaredWeights * MEMORY ** 2 + 1;
    const dx = x - this.#meanX;
    const dy = y - this.#meanY;
    this.#meanX += dx / this.#weight;
    this.#meanY += dy / this.#weight;
    this.#sumXX = this.#sumXX * MEMORY + dx * (x - this.#meanX);
    this.#sumXY = this.#sumXY * MEMORY + dx * (y - this.#meanY);
    this.#sumYY = this.#sumYY * MEMORY + dy * (y - this.#meanY);
  }

  /** What y is at x; it takes three pairs or more for a deviation that means anything. */
  predict(x: number): Prediction {
    // Kish's effective size of a weighted sample.
    const size = this.#weight ** 2 / this.#squaredWeights;
    const perDegree = (squares: number, taken: number) =>
      ((Math.max(0, squares) / this.#weight) * size) / Math.max(1, size - taken);
    const meanVariance = perDegree(this.#sumYY, 1);
    const slope = this.#sumXX > 0 ? this.#sumXY / this.#sumXX : 0;
    const lineVariance = perDegree(this.#sumYY - slope * this.#sumXY, 2);
    const explained = (slope * this.#sumXY * size) / this.#weight;
    if (explained <= CLEARLY * lineVariance) {
      return { y: this.#meanY, deviation: Math.sqrt(meanVariance * (1 + 1 / size)) };
    }
    // The further from what was seen, the less a line is to be trusted.
    const away = x - this.#meanX;
    const distance = (away ** 2 * this.#weight) / (this.#sumXX * size);
    return {
      y: this.#meanY + slope * away,
      deviation: Math.sqrt(lineVariance * (1 + 1 / size + distance)),
    };
  }
}
