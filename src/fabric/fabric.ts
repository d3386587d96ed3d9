import type { Attached, JsonObject, JsonValue } from '../rows/row.js';
import type { Attachment } from './attachments/attachment.js';

/** The named inputs of one call: column name to value. */
export type Inputs = Readonly<JsonObject>;

/**
 * A fabric's answer for one row: text, or an object.
 *
 * @example
 * const text = (answer: Answer) => (typeof answer === 'string' ? answer : JSON.stringify(answer));
 */
export type Answer = JsonValue;

/**
 * One row's way through the layers. Each layer passes the same object on, so that the last one can count the calls that
 * really went out.
 */
export interface FabricCall {
  /** The row's number, from 1. */
  readonly row: number;
  readonly inputs: Inputs;
  /** Distinguishes calls for one row that ask different things, such as those of a tier and of the judge. */
  readonly variant?: string;
  /** What the row's files held when its question was told from others. */
  attached?: Attached;
  /** The row's files, while a call with them is made. */
  files?: readonly Attachment[] | undefined;
  /** Calls that went out so far, with any result. */
  calls: number;
  /** Calls that count against `--attempts`: all but those that the service asked to make later. */
  attempts: number;
  /** Answers that came whole and were rejected. */
  refusals?: number;
  /** The spending of those calls, as their service reports it; undefined where it reports none. */
  spent?: Spending;
  /** Where there are tiers or steps: the call's way through them so far. */
  tiers?: TierRecord;
  /** Where there are steps: the answers from before, which are not asked for again, and then all that there are. */
  answered?: AnsweredSteps;
  /** What it took is kept where a resumed run finds it, and counts when the row has its result. */
  isKept?: boolean;
  /** Set when the last answer had the wrong form, so that the next call can point that out. */
  repair?: Repair;
}

/** An answer of the wrong form. */
export interface Repair {
  /** As it came. */
  readonly answer: string;
  /** The fault, in words for a model. */
  readonly problem: string;
}

/** The tokens of a call, as its service counted them. */
export interface TokenUsage {
  /** Tokens of the prompt, those read from a cache included. */
  readonly input: number;
  readonly output: number;
  /** Of `input`, those that the service had in its cache. */
  readonly cached?: number;
  /** Of `input`, those that the service wrote to its cache: it may charge more for them. */
  readonly written?: number;
  /** Of `written`, those that it keeps for an hour instead of minutes. */
  readonly writtenForHour?: number;
  /** The cost of the call that the service states, in USD. */
  readonly charged?: number;
  /** The cost of the call that the gateway before the service states, in USD. */
  readonly chargedByGateway?: number;
  /** How the call was served, as the service names it: `default`, `priority`, `flex`. */
  readonly tier?: string;
  /** The model that answered, where it is not the requested one. */
  readonly model?: string;
}

/**
 * The tokens and cost of calls, added up.
 *
 * @example
 * if (result.spent !== undefined) console.log(`${result.spent.input} + ${result.spent.output} tokens`);
 */
export interface Spending {
  /** Tokens of prompts, those read from a cache included. */
  readonly input: number;
  readonly output: number;
  /** Of `input`, those that the service had in its cache. */
  readonly cached: number;
  /** In the unit of the price of the fabric that was called. */
  readonly cost: number;
  /** Calls whose price is unknown: they are not in `cost`. */
  readonly unpriced: number;
  /** Calls that were given up after they were sent, whose cost is unknown; undefined: none. */
  readonly possiblyBilled?: number;
}

/**
 * The steps of a row that were answered, by their names, where others failed.
 *
 * @example
 * const topic = failure.answered?.classify?.answer;
 */
export type AnsweredSteps = Readonly<Record<string, AnsweredStep>>;

/** A step's answer, which holds as long as the step is asked the same. */
export interface AnsweredStep {
  readonly answer: Answer;
  /** The CRC-32 of what was asked, in hexadecimal digits. */
  readonly asked: string;
}

/**
 * The way of a row up the tiers, or through its steps.
 *
 * @example
 * const isEscalated = (result.tiers?.kept ?? 0) > 0;
 */
export interface TierRecord {
  /** The index of the tier whose answer is kept; undefined where no tier answered, and of a row with steps. */
  readonly kept?: number;
  /** The score of the answer that is kept. */
  readonly score?: number;
  /** What was called for the row: its tiers and the judge of their answers, or its steps. */
  readonly steps: readonly StepRecord[];
}

export interface StepRecord {
  /** A tier's or a step's index, or the judge. */
  readonly by: number | 'judge';
  readonly calls: number;
  readonly spent?: Spending;
  /** What the call that answered took, in ms; undefined: none did. */
  readonly answeredInMs?: number;
}

/** The expected tokens of a call. */
export interface TokenEstimate {
  readonly input: number;
  readonly output: number;
  /** The standard deviation of their sum from the real one. */
  readonly deviation: number;
}

/** A fabric's answer to one call. */
export interface Reply {
  readonly answer: Answer;
  /** From the moment the call went out to its last byte, in ms; without waits for limits. */
  readonly latencyMs: number;
  /** Where the service reports it. */
  readonly usage?: TokenUsage;
  /** The model that answered, where it is not the requested one. */
  readonly model?: string;
}

/**
 * A prompt program that turns named inputs into one output. Clients, and the layers around them
 * (limiter, retry), are all Fabrics; a layer knows the next only by this interface.
 *
 * `run` throws a `CallError` for any failure of the call. A failed call may have been billed: every call is
 * at-least-once.
 *
 * @example
 * const { answer, usage } = await fabric.run({ row: 1, inputs: { name: 'lamp' }, calls: 0, attempts: 0 });
 */
export interface Fabric {
  run(call: FabricCall): Promise<Reply>;
  /** The expected tokens of a call, where a fabric can estimate them. Called only under token limits. */
  estimate?(call: FabricCall): TokenEstimate;
  /** Calls in flight: gone out and not come back. */
  readonly inFlight: number;
  /** Frees what the fabric holds (connections, models). Calls in flight fail. */
  close(): Promise<void>;
}
