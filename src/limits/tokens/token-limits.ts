import type { TokenEstimate, TokenUsage } from '../../fabric/fabric.js';
import type { LimitsByKind } from '../../fabric/limit-headers.js';
import { EstimateRecord, expectedOf } from './estimate-record.js';
import { ServiceQuota } from './service-quota.js';
import { TokenPacer } from './token-pacer.js';
import { TokenWindow } from './token-window.js';
import { UsualCall } from './usual-call.js';

/** What a call took: the usage that its service reported, `unknown` where it reported none, or `not-sent`. */
export type Settlement = TokenUsage | 'unknown' | 'not-sent';

/** The tokens of one call, from its asking for a turn to its end. */
export class TokenTurn {
  /** Set when the call is at the head of the line: until then estimates get better. */
  estimate: TokenEstimate | undefined;
  /** Tokens that the pacer counted for it at its start. */
  paced = 0;
  /** Its entry in the window; undefined before it starts, and after its end. */
  entry: number | undefined;

  /** @param ask gives what the call will probably take; undefined where the fabric cannot tell. */
  constructor(private readonly ask: () => TokenEstimate | undefined) {}

  estimateOr(usual: TokenEstimate): TokenEstimate {
    this.estimate ??= this.#ask() ?? usual;
    return this.estimate;
  }

  /** A row that no request can be made of fails when its call is made, not while it waits in the line. */
  #ask(): TokenEstimate | undefined {
    try {
      return this.ask();
    } catch {
      return undefined;
    }
  }
}

/**
 * The limits on tokens: the run's own, paced and kept in any minute, and what the service's headers say is left of
 * tokens in all, of input and of output.
 */
export class TokenLimits {
  readonly #record = new EstimateRecord();
  readonly #usual = new UsualCall();
  readonly #pacer: TokenPacer;
  readonly #window: TokenWindow;
  readonly #quotas = {
    tokens: new ServiceQuota(),
    inputTokens: new ServiceQuota(),
    outputTokens: new ServiceQuota(),
  };
  /** Calls in flight and their estimates, which the service may not have counted. */
  readonly #inFlight = { calls: 0, input: 0, output: 0 };

  /** @param tokensPerMinute the run's own limit; infinite where it has none. */
  constructor(private readonly tokensPerMinute: number) {
    if (!(tokensPerMinute > 0)) throw new RangeError(`wanted tokens a minute, got ${tokensPerMinute}`);
    this.#pacer = new TokenPacer(tokensPerMinute);
    this.#window = new TokenWindow(tokensPerMinute, this.#record);
  }

  /** When this call may start; at once if that is not after now. May come nearer with every call that ends. */
  nextAt(now: number, turn: TokenTurn): number {
    const estimate = turn.estimateOr(this.#usual.estimate);
    const input = this.#record.bias * estimate.input;
    const output = this.#record.bias * estimate.output;
    return Math.max(
      this.#pacer.nextAt,
      this.#window.nextAt(now, expectedOf(estimate)),
      this.#quotas.tokens.nextAt(now, input + output),
      this.#quotas.inputTokens.nextAt(now, input),
      this.#quotas.outputTokens.nextAt(now, output),
    );
  }

  /** Counts a call that starts now. */
  start(now: number, turn: TokenTurn): void {
    const { bias, isTried } = this.#record;
    const estimate = turn.estimateOr(this.#usual.estimate);
    const input = bias * estimate.input;
    const output = bias * estimate.output;
    turn.entry = this.#window.start(now, expectedOf(estimate));
    turn.paced = input + output + (isTried ? 0 : estimate.deviation);
    this.#pacer.start(now, turn.paced);
    this.#quotas.tokens.start(now, input + output);
    this.#quotas.inputTokens.start(now, input);
    this.#quotas.outputTokens.start(now, output);
    this.#count(estimate, 1);
  }

  /** Counts the end of a call. Ignores a second end, and the end of a call that never started. */
  settle(now: number, turn: TokenTurn, settlement: Settlement): void {
    const { estimate, paced, entry } = turn;
    if (estimate === undefined || entry === undefined) return;
    turn.entry = undefined;
    this.#count(estimate, -1);
    const taken = this.#takenBy(estimate, settlement);
    this.#window.settle(entry, expectedOf(estimate), taken);
    this.#pacer.correct(now, taken - paced);
    if (settlement === 'not-sent') return;
    this.#usual.add(settlement === 'unknown' ? estimate : settlement);
    if (settlement === 'unknown') this.#record.ended();
    else this.#record.measured(estimate, settlement);
  }

  /** Takes over what the service says is left, less the calls in flight beside the answered one: it may not count them. */
  slowTo({ tokens, inputTokens, outputTokens }: LimitsByKind, now: number): void {
    const { calls, input, output } = this.#inFlight;
    const uncounted = (this.#record.bias * Math.max(0, calls - 1)) / Math.max(1, calls);
    const usual = this.#usual.estimate;
    const set = (quota: ServiceQuota, limits: LimitsByKind['tokens'], inFlight: number, aCall: number) => {
      if (limits === undefined) return;
      quota.set({ ...limits, remaining: limits.remaining - uncounted * inFlight }, now, aCall);
    };
    set(this.#quotas.tokens, tokens, input + output, usual.input + usual.output);
    set(this.#quotas.inputTokens, inputTokens, input, usual.input);
    set(this.#quotas.outputTokens, outputTokens, output, usual.output);
  }

  /** The latest reset of a quota that is used up. */
  get pausedUntil(): number {
    return Math.max(...Object.values(this.#quotas).map(({ pausedUntil }) => pausedUntil));
  }

  /** Calls of the recent average size that the limits allow in a second; undefined where nothing limits or no call ended. */
  callsPerSecond(now: number): number | undefined {
    const { mean } = this.#usual;
    if (mean === undefined) return undefined;
    const { tokens, inputTokens, outputTokens } = this.#quotas;
    const total = mean.input + mean.output;
    const callsPerSecond = Math.min(
      this.tokensPerMinute / 60 / total,
      (tokens.perSecond(now) ?? Number.POSITIVE_INFINITY) / total,
      (inputTokens.perSecond(now) ?? Number.POSITIVE_INFINITY) / mean.input,
      (outputTokens.perSecond(now) ?? Number.POSITIVE_INFINITY) / mean.output,
    );
    return Number.isFinite(callsPerSecond) ? callsPerSecond : undefined;
  }

  #takenBy({ input, output }: TokenEstimate, settlement: Settlement): number {
    if (settlement === 'not-sent') return 0;
    return settlement === 'unknown'
      ? this.#record.bias * (input + output)
      : settlement.input + settlement.output;
  }

  #count({ input, output }: TokenEstimate, calls: 1 | -1): void {
    this.#inFlight.calls += calls;
    this.#inFlight.input += calls * input;
    this.#inFlight.output += calls * output;
  }
}
