import type { JsonObject, JsonValue } from '../rows/row.js';

/** The named inputs of one call: column name to value. */
export type Inputs = Readonly<JsonObject>;

/** What a fabric gives for one row: text, or an object. */
export type Answer = JsonValue;

/**
 * One row on its way through the layers. Each layer hands the same object on,
 * so that the last one can count the calls that really went out.
 */
export interface FabricCall {
  /** The row's number, from 1. */
  readonly row: number;
  readonly inputs: Inputs;
  /** Tells calls for one row apart that ask different things. */
  readonly variant?: string;
  /** Calls that went out so far, whatever became of them. */
  calls: number;
  /** Calls that count against `--attempts`: all but those that the service asked to wait with. */
  attempts: number;
  /** Answers that came whole and were no good. */
  refusals?: number;
  /** What those calls took, as far as their service says; undefined where it says nothing. */
  spent?: Spending;
  /** Where there are tiers: the call's way up them so far. */
  tiers?: TierRecord;
  /** Set when the last answer was not of the form that was asked for: the next call may say so. */
  repair?: Repair;
}

/** An answer that was not of the form that was asked for. */
export interface Repair {
  /** As it came. */
  readonly answer: string;
  /** What was wrong with it, in words for a model. */
  readonly problem: string;
}

/** What a call took, in tokens, as its service counted them. */
export interface TokenUsage {
  /** Of the prompt, those read from a cache included. */
  readonly input: number;
  readonly output: number;
  /** Of `input`, those that the service had in its cache. */
  readonly cached?: number;
  /** Of `input`, those that the service wrote to its cache: it may charge more for them. */
  readonly written?: number;
  /** Of `written`, those that it keeps for an hour instead of minutes. */
  readonly writtenForHour?: number;
  /** What the service itself says that the call cost, in USD. */
  readonly charged?: number;
  /** What the gateway before the service says that the call cost, in USD. */
  readonly chargedByGateway?: number;
  /** How the call was served, as the service names it: `default`, `priority`, `flex`. */
  readonly tier?: string;
  /** The model that answered, where it is another than the one asked for. */
  readonly model?: string;
}

/** What calls took and what that costs, added up. */
export interface Spending {
  /** Tokens of prompts, those read from a cache included. */
  readonly input: number;
  readonly output: number;
  /** Of `input`, those that the service had in its cache. */
  readonly cached: number;
  /** In the unit of the price of the fabric that was called. */
  readonly cost: number;
  /** Calls whose price nobody knows: they are not in `cost`. */
  readonly unpriced: number;
  /** Calls that were given up after they were sent, so that nobody knows what they cost; undefined: none. */
  readonly possiblyBilled?: number;
}

/** The way of a row up the tiers. */
export interface TierRecord {
  /** The index of the tier whose answer is kept; undefined where no tier had one. */
  readonly kept?: number;
  /** The score of the answer that is kept. */
  readonly score?: number;
  /** What was called for the row: each tier it was in, and who judged its answers. */
  readonly steps: readonly StepRecord[];
}

export interface StepRecord {
  /** A tier's index, or who judged. */
  readonly by: number | 'judge';
  readonly calls: number;
  readonly spent?: Spending;
}

/** What a call will probably take, in tokens. */
export interface TokenEstimate {
  readonly input: number;
  readonly output: number;
  /** The standard deviation of their sum from what calls turn out to take. */
  readonly deviation: number;
}

/** A fabric's answer to one call. */
export interface Reply {
  readonly answer: Answer;
  /** From the moment the call went out to its last byte, in ms; waits for limits are not in it. */
  readonly latencyMs: number;
  /** Where the service says it. */
  readonly usage?: TokenUsage;
  /** The model that answered, where it is another than the one asked for. */
  readonly model?: string;
}

/**
 * A prompt program that turns named inputs into one output. Clients, and the layers around them
 * (limiter, retry), are all Fabrics; a layer knows the next only by this interface.
 *
 * `run` throws a `CallError` for whatever went wrong with the call. It does not promise that a call
 * which failed was not billed: every call is at-least-once.
 */
export interface Fabric {
  run(call: FabricCall): Promise<Reply>;
  /** What a call will probably take; there only where a fabric can tell. It is asked for token limits alone. */
  estimate?(call: FabricCall): TokenEstimate;
  /** Calls that have gone out and have not come back. */
  readonly inFlight: number;
  /** Frees what the fabric holds (connections, models). Calls in flight fail. */
  close(): Promise<void>;
}
