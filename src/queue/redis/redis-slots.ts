import type { RateFinding } from '../../limits/shared/found-rate.js';
import type { Reservation, SharedLimit } from '../../limits/shared/shared-turns.js';
import { KEEP_MS, type RunKeys, runKeys } from '../protocol/protocol.js';
import type { QueuedCalls } from '../protocol/queued-run.js';
import type { Channels } from './channels.js';
import type { QueueConnection } from './redis-connection.js';
import { RedisRateFinder } from './redis-rate-finder.js';
import { PAUSE_ALL, PAUSED_FOR, POSTPONE, RESERVE_SLOTS, SETTLE_TOKENS } from './slot-scripts.js';

/**
 * Calls are spaced for this share of the rate: the network's jitter would put one too many into somebody's
 * window. At 20/s it leaves 36 ms for it in each second.
 */
const USED_SHARE = 0.965;

/** Nobody is served farther ahead, in ms: a killed worker's slots are lost. */
const AHEAD_MS = 250;

/** The same under a rate that is being found: turns that are given out are too many when it goes down. */
const AHEAD_IN_DOUBT_MS = 100;

const DELAYS_KEPT = 16;

/** Longest wait before it is asked again for a turn under a rate that is being found, in ms. */
const LONGEST_WAIT_MS = 500;

/**
 * The limit of a fabric's calls over all workers of a run, kept in Redis and on Redis's own clock. What is reserved and not used is
 * lost, so nobody is served farther ahead than a quarter of a second.
 */
export class RedisSlots implements SharedLimit {
  readonly #keys: RunKeys;
  readonly #stack: string;
  /** Undefined where it is found as the run goes on. */
  readonly #everyMs: number | undefined;
  readonly finder: RedisRateFinder | undefined;
  readonly #msPerToken: number;
  /** From the server's clock to ours, way included, of the last answers, in ms. */
  readonly #delays: number[] = [];
  #toSettle = 0;
  #settling: NodeJS.Immediate | undefined;
  #unlisten: (() => Promise<void>) | undefined;

  constructor(
    private readonly connection: QueueConnection,
    private readonly channels: Channels,
    runId: string,
    { stack, rate, tokensPerMinute }: Pick<QueuedCalls, 'stack' | 'rate' | 'tokensPerMinute'>,
    finding: RateFinding,
  ) {
    this.#keys = runKeys(connection.prefix, runId);
    this.#stack = stack;
    this.#everyMs = everyMsOf(rate);
    this.finder =
      rate === 'auto'
        ? new RedisRateFinder({
            connection,
            stack,
            slots: this.#keys.slots,
            finding,
            now: () => this.#serverNow(),
          })
        : undefined;
    this.#msPerToken = tokensPerMinute === undefined ? 0 : 60_000 / tokensPerMinute / USED_SHARE;
  }

  /** Whether there is anything to reserve; without it, nobody needs to ask. */
  get isLimited(): boolean {
    return this.#everyMs !== 0 || this.#msPerToken > 0;
  }

  async reserve(calls: number, tokens = 0): Promise<Reservation> {
    if (!this.isLimited) return { startsInMs: 0, everyMs: 0, granted: calls };
    const { startsInMs, everyMs, granted, at } = await this.reserveAt(calls, tokens);
    const lateMs = this.#latenessOf(at);
    // A rate that is being found may be higher by then.
    const waitMs = this.finder && granted === 0 ? Math.min(startsInMs, LONGEST_WAIT_MS) : startsInMs;
    const turns = { startsInMs: waitMs - lateMs, everyMs, granted };
    // A rate that is being found is no law: what is not used would be lost.
    return this.finder ? { ...turns, lateForMs: everyMs } : turns;
  }

  /** The same, and when that was on the server's clock, in ms. */
  async reserveAt(calls: number, tokens = 0): Promise<Reservation & { readonly at: number }> {
    const settled = this.#takeToSettle();
    const tokensCounted = this.#msPerToken > 0 ? tokens : 0;
    const demand = [calls, this.#everyMs ?? '', tokensCounted, this.#msPerToken, settled];
    const args = [...demand, this.finder ? AHEAD_IN_DOUBT_MS : AHEAD_MS, KEEP_MS, this.#stack];
    const reply = await this.connection.patiently(() =>
      RESERVE_SLOTS.run(this.connection.redis, [this.#keys.slots], args),
    );
    const [startsInMs, everyMs, granted, at] = (reply as (string | number)[]).map(Number);
    return { startsInMs: startsInMs ?? 0, everyMs: everyMs ?? 0, granted: granted ?? 0, at: at ?? 0 };
  }

  settle(difference: number): void {
    if (this.#msPerToken === 0 || difference === 0) return;
    this.#toSettle += difference;
    this.#settling ??= setImmediate(() => void this.#settleNow());
  }

  startedLate(lateMs: number): void {
    if (!this.#everyMs) return;
    // By a whole distance the call stands in another one's turn, of which it is one more.
    const args = [Math.min(lateMs, this.#everyMs), this.#stack];
    POSTPONE.run(this.connection.redis, [this.#keys.slots], args).catch(() => {});
  }

  async pauseAll(ms: number): Promise<void> {
    const args = [Math.ceil(ms), this.#keys.pauses(this.#stack), KEEP_MS, this.#stack];
    await this.connection.patiently(() => PAUSE_ALL.run(this.connection.redis, [this.#keys.slots], args));
  }

  onPause(listener: (ms: number) => void): void {
    this.#unlisten = this.channels.listen(this.#keys.pauses(this.#stack), (ms) => listener(Number(ms)));
    PAUSED_FOR.run(this.connection.redis, [this.#keys.slots], [this.#stack]).then(
      (ms) => {
        if (Number(ms) > 0) listener(Number(ms));
      },
      () => {},
    );
  }

  async close(): Promise<void> {
    await this.#unlisten?.();
    await this.finder?.save();
    if (this.#toSettle !== 0) await this.#settleNow();
  }

  #serverNow(): number {
    return performance.now() - Math.min(...this.#delays);
  }

  /**
   * By how many ms an answer of that moment came later than the quickest of the last ones: its times have run
   * for so long already. Only the last ones count, as either clock may be set.
   */
  #latenessOf(at: number): number {
    const delay = performance.now() - at;
    this.#delays.push(delay);
    if (this.#delays.length > DELAYS_KEPT) this.#delays.shift();
    return delay - Math.min(...this.#delays);
  }

  async #settleNow(): Promise<void> {
    const difference = this.#takeToSettle();
    if (difference === 0) return;
    const args = [difference, this.#msPerToken, this.#stack];
    await SETTLE_TOKENS.run(this.connection.redis, [this.#keys.slots], args).catch(() => {});
  }

  /** What has come together since the last time goes along with the next question. */
  #takeToSettle(): number {
    const difference = this.#toSettle;
    this.#toSettle = 0;
    clearImmediate(this.#settling);
    this.#settling = undefined;
    return difference;
  }
}

/** The time between two calls, in ms; undefined where it is found. */
function everyMsOf(rate: QueuedCalls['rate']): number | undefined {
  if (rate === 'auto') return undefined;
  return rate === 'none' ? 0 : rate.perMs / rate.calls / USED_SHARE;
}
