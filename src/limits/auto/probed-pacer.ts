import { Cadence } from '../pace/cadence.js';
import { Pacer } from '../pace/pacer.js';
import type { RateLimit } from '../pace/rate.js';
import type { RateProbe } from './rate-probe.js';

/** Spaces calls evenly at the rate that a probe thinks right at the moment. It keeps no law: none was stated. */
export class ProbedPacer {
  readonly #cadence: Cadence;

  constructor(private readonly probe: RateProbe) {
    this.#cadence = new Cadence(1_000 / probe.callsPerSecond);
  }

  get callsPerSecond(): number {
    return this.probe.callsPerSecond;
  }

  /** When the next call may start; at once if that is not after now. May come nearer with every answer. */
  get nextAt(): number {
    this.#cadence.setInterval(1_000 / this.probe.callsPerSecond);
    return this.#cadence.nextAt;
  }

  /** A call starts now. */
  start(now: number): void {
    this.#cadence.setInterval(1_000 / this.probe.callsPerSecond);
    this.#cadence.start(now);
  }
}

/** What paces calls under a rate limit: the rate itself, or what a probe finds out; undefined where nothing does. */
export function pacerFor(rate: RateLimit, probe: RateProbe | undefined): Pacer | ProbedPacer | undefined {
  if (probe !== undefined) return new ProbedPacer(probe);
  return typeof rate === 'string' ? undefined : new Pacer(rate);
}
