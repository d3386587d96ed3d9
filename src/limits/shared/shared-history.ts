import type { CallHistory } from '../pace/start-history.js';

/** Calls that started together, or nearly: when, how many, and how many of them were refused. */
export type Starts = readonly [at: number, calls: number, refused: number];

/** What is remembered of the calls of several processes. It is plain JSON. */
export interface SharedStarts {
  /** In order of time. */
  readonly starts: readonly Starts[];
  /** How many came before them. */
  readonly forgotten: number;
}

export const NO_STARTS: SharedStarts = { starts: [], forgotten: 0 };

/** How exactly starts are remembered: those of an age up to so many ms to so many ms. Older ones are forgotten. */
const EXACTNESS = [
  { ageMs: 1_500, toMs: 10 },
  { ageMs: 12_000, toMs: 250 },
  { ageMs: 65_000, toMs: 2_000 },
] as const;

/** What processes tell of their calls may be so old, in ms: the latest starts are not all known. */
const TOLD_AFTER_MS = 100;

/**
 * The history of calls that several processes make, in few numbers. A call is named by when it started, in whole ms: one
 * may be recorded later than others that started after it.
 */
export class SharedHistory implements CallHistory {
  #starts: Starts[];
  #forgotten: number;

  /** @param next the present moment. */
  constructor(
    { starts, forgotten }: SharedStarts,
    readonly next: number,
  ) {
    this.#starts = [...starts];
    this.#forgotten = forgotten;
  }

  started(at: number): void {
    let place = this.#starts.length;
    while (place > 0 && (this.#starts[place - 1]?.[0] ?? 0) > at) place--;
    this.#starts.splice(place, 0, [at, 1, 0]);
  }

  refused(at: number): void {
    let place = this.#starts.length - 1;
    while (place > 0 && (this.#starts[place]?.[0] ?? 0) > at) place--;
    const there = this.#starts[place];
    if (there !== undefined) this.#starts[place] = [there[0], there[1], Math.min(there[1], there[2] + 1)];
  }

  startOf(at: number): number {
    return at;
  }

  indexOf(at: number): number {
    let calls = this.#forgotten;
    for (const [start, count] of this.#starts) if (start < at) calls += count;
    return calls;
  }

  startsPerSecond(at: number, spanMs: number): number {
    return this.#perSecond(at, spanMs, (calls) => calls);
  }

  acceptedPerSecond(at: number, spanMs: number): number {
    return this.#perSecond(at, spanMs, (calls, refused) => calls - refused);
  }

  /** What is to be remembered of it. */
  get remembered(): SharedStarts {
    const starts: Starts[] = [];
    let forgotten = this.#forgotten;
    for (const [at, calls, refused] of this.#starts) {
      const toMs = this.#exactnessOf(at);
      const before = starts.at(-1);
      if (toMs === undefined) forgotten += calls;
      else if (before !== undefined && Math.floor(before[0] / toMs) === Math.floor(at / toMs)) {
        starts[starts.length - 1] = [before[0], before[1] + calls, before[2] + refused];
      } else starts.push([at, calls, refused]);
    }
    return { starts, forgotten };
  }

  /** Each group of calls counts for the time until the next one, to the part of it that lies in the span. */
  #perSecond(at: number, spanMs: number, count: (calls: number, refused: number) => number): number {
    const to = at - TOLD_AFTER_MS;
    const from = to - spanMs;
    let sum = 0;
    this.#starts.forEach(([start, calls, refused], index) => {
      if (start >= to) return;
      const end = Math.min(this.#starts[index + 1]?.[0] ?? at, at);
      const inSpan = Math.min(end, to) - Math.max(start, from);
      if (inSpan > 0) sum += (count(calls, refused) * inSpan) / (end - start);
    });
    return (sum / spanMs) * 1_000;
  }

  #exactnessOf(at: number): number | undefined {
    return EXACTNESS.find(({ ageMs }) => this.next - at <= ageMs)?.toMs;
  }
}
