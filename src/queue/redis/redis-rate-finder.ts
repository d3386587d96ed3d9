import type { FoundRate, RateFinding, RateReport } from '../../limits/shared/found-rate.js';
import type { RateFinder } from '../../limits/shared/shared-turns.js';
import { KEEP_MS } from '../protocol/protocol.js';
import type { QueueConnection } from './redis-connection.js';
import { SAVE_RATE } from './slot-scripts.js';

/** What calls tell is kept so often, in ms; a refusal at once. */
const REPORT_MS = 100;
/** Others keep theirs meanwhile; what is not kept after so many tries goes along with the next report. */
const MOST_TRIES = 5;

export interface RateFinderOptions {
  readonly connection: QueueConnection;
  /** The hash of the run's limiters. */
  readonly slots: string;
  readonly stack: string;
  readonly finding: RateFinding;
  /** On the server's clock, in ms. */
  readonly now: () => number;
}

/** Finds the rate of a fabric's calls together with the other workers: what they know of it lies in Redis. */
export class RedisRateFinder implements RateFinder {
  #started: number[] = [];
  #taken: number[] = [];
  #refused: number[] = [];
  #isHeldBack = false;
  #stated: RateReport['stated'];
  #known: { readonly version: number; readonly rate: FoundRate } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(private readonly options: RateFinderOptions) {}

  now(): number {
    return this.options.now();
  }

  started(startedAt: number): void {
    this.#started.push(startedAt);
    this.#saveSoon();
  }

  taken(startedAt: number): void {
    this.#taken.push(startedAt);
    this.#saveSoon();
  }

  refused(startedAt: number): void {
    this.#refused.push(startedAt);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), 0);
  }

  heldBack(): void {
    this.#isHeldBack = true;
  }

  stated(left: NonNullable<RateReport['stated']>): void {
    this.#stated = left;
  }

  /** Resolves when all that calls have told is kept, or cannot be. */
  save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#saving = this.#saving.then(() => this.#saveNow()).catch(() => {});
    return this.#saving;
  }

  #saveSoon(): void {
    this.#timer ??= setTimeout(() => void this.save(), REPORT_MS).unref();
  }

  async #saveNow(): Promise<void> {
    const report = this.#takeReport();
    if (report === undefined) return;
    const { finding } = this.options;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const now = this.now();
      const { version, rate } = this.#known ?? { version: 0, rate: finding.first(now) };
      const next = finding.next(rate, report, now);
      const found = await this.#keep(version, next, now);
      this.#known = found ?? { version: version + 1, rate: next };
      if (found === undefined) return;
    }
    this.#started.push(...report.started);
    this.#taken.push(...report.taken);
    this.#refused.push(...report.refused);
  }

  /** @returns what others have kept meanwhile; undefined where this is kept now. */
  async #keep(version: number, rate: FoundRate, now: number) {
    const { connection, slots, stack, finding } = this.options;
    const args = [stack, version, JSON.stringify(rate), finding.intervalOf(rate, now), KEEP_MS];
    const reply = await connection.patiently(() => SAVE_RATE.run(connection.redis, [slots], args));
    const [there, text] = reply as [number, string?];
    if (text === undefined) return undefined;
    return { version: there, rate: text === '' ? finding.first(now) : (JSON.parse(text) as FoundRate) };
  }

  #takeReport(): RateReport | undefined {
    if (this.#started.length + this.#taken.length + this.#refused.length === 0) return undefined;
    const stated = this.#stated;
    const report: RateReport = {
      started: this.#started,
      taken: this.#taken,
      refused: this.#refused,
      isHeldBack: this.#isHeldBack,
      ...(stated && { stated }),
    };
    this.#started = [];
    this.#taken = [];
    this.#refused = [];
    this.#isHeldBack = false;
    this.#stated = undefined;
    return report;
  }
}
