import type { Fabric, FabricCall, Reply, TokenEstimate } from '../../src/fabric/fabric.js';
import { limited } from '../../src/limits/limited.js';
import { Limiter } from '../../src/limits/limiter.js';
import { FakeClock } from './fake-clock.js';

/** Says before a call what it will take, and may learn from what it took. */
export interface Estimator {
  estimate(tokens: number): TokenEstimate;
  learn?(tokens: number): void;
}

export interface TokenRun {
  readonly tokensPerMinute: number;
  readonly minutes: number;
  /** Calls that wait for their turn or are in flight. */
  readonly concurrency: number;
  readonly estimator: Estimator;
  /** What the next call takes, in tokens. */
  readonly size: () => number;
  readonly latencyMs: () => number;
  /** How late the next timer fires, in ms. */
  readonly latenessMs?: () => number;
  /** Where the service does not say what a call took. */
  readonly isSilent?: boolean;
}

/** What came to the service. */
export interface Arrival {
  readonly at: number;
  readonly tokens: number;
}

/** Calls without end, each as soon as the limiter lets it go; gives what the service counted. */
export async function simulateTokens(run: TokenRun): Promise<Arrival[]> {
  const clock = new FakeClock(run.latenessMs === undefined ? {} : { latenessMs: run.latenessMs });
  const limiter = new Limiter({ rate: 'none', tokensPerMinute: run.tokensPerMinute, clock });
  const service = new CountingService(run, clock);
  const fabric = limited(service, limiter);
  const worker = async () => {
    while (service.isOpen) await fabric.run({ row: 1, inputs: {}, calls: 0, attempts: 0 });
  };
  const workers = Array.from({ length: run.concurrency }, () => worker().catch(() => {}));
  await clock.advance(run.minutes * 60_000);
  service.isOpen = false;
  limiter.close(new Error('the simulation is over'));
  await clock.advance(120_000);
  await Promise.all(workers);
  return service.arrivals;
}

class CountingService implements Fabric {
  readonly arrivals: Arrival[] = [];
  readonly inFlight = 0;
  isOpen = true;
  readonly #sizes = new WeakMap<FabricCall, number>();

  constructor(
    private readonly conditions: TokenRun,
    private readonly clock: FakeClock,
  ) {}

  estimate(call: FabricCall): TokenEstimate {
    return this.conditions.estimator.estimate(this.#sizeOf(call));
  }

  async run(call: FabricCall): Promise<Reply> {
    const tokens = this.#sizeOf(call);
    const latencyMs = this.conditions.latencyMs();
    call.calls++;
    this.arrivals.push({ at: this.clock.now(), tokens });
    await new Promise<void>((resolve) => this.clock.after(latencyMs, resolve));
    if (this.conditions.isSilent === true) return { answer: '', latencyMs };
    this.conditions.estimator.learn?.(tokens);
    return { answer: '', latencyMs, usage: { input: tokens / 2, output: tokens / 2 } };
  }

  async close(): Promise<void> {}

  #sizeOf(call: FabricCall): number {
    const known = this.#sizes.get(call) ?? this.conditions.size();
    this.#sizes.set(call, known);
    return known;
  }
}

/** The most tokens that came in any half-open stretch of `windowMs`. */
export function mostTokensInAnyWindow(arrivals: readonly Arrival[], windowMs: number): number {
  let most = 0;
  let inWindow = 0;
  let first = 0;
  for (const { at, tokens } of arrivals) {
    inWindow += tokens;
    for (; at - (arrivals[first]?.at ?? 0) >= windowMs; first++) inWindow -= arrivals[first]?.tokens ?? 0;
    most = Math.max(most, inWindow);
  }
  return most;
}

/** The share of a token limit that was used from the second minute on. */
export function usedAfterFirstMinute(arrivals: readonly Arrival[], run: TokenRun): number {
  const later = arrivals.filter(({ at }) => at >= 60_000 && at < run.minutes * 60_000);
  return later.reduce((sum, { tokens }) => sum + tokens, 0) / (run.tokensPerMinute * (run.minutes - 1));
}

export function between(low: number, high: number, random: () => number): () => number {
  return () => low + Math.floor(random() * (high - low + 1));
}

/** Knows what a call takes. */
export const exactly: Estimator = {
  estimate: (tokens) => ({ input: tokens / 2, output: tokens / 2, deviation: 0 }),
};

/** Says the same of every call. */
export function always(tokens: number, deviation: number): Estimator {
  return { estimate: () => ({ input: tokens / 2, output: tokens / 2, deviation }) };
}

/** Begins with a guess; then says the mean of what calls took, and their deviation. */
export function learning(guess: number, deviation: number): Estimator {
  let calls = 0;
  let sum = 0;
  let squares = 0;
  return {
    estimate() {
      if (calls < 3) return { input: guess / 2, output: guess / 2, deviation };
      const mean = sum / calls;
      return { input: mean / 2, output: mean / 2, deviation: Math.sqrt(squares / calls - mean ** 2) };
    },
    learn(tokens) {
      calls++;
      sum += tokens;
      squares += tokens ** 2;
    },
  };
}
