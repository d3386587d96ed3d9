import { Cadence } from '../pace/cadence.js';
import type { RateProbe } from './rate-probe.js';

/** Spaces calls evenly at a probe's present rate. No limit is stated, so it keeps no window. */
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

  /** Counts a call that starts now. */
  start(now: number): void {
    this.#cadence.setInterval(1_000 / this.probe.callsPerSecond);
    this.#cadence.start(now);
  }

  /** A call that was counted starts only now. */
  startedLate(now: number): void {
    this.#cadence.restart(now);
  }
}
