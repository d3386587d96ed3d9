import { jsonOfText } from '../json/json-text.js';
import { stringifyJson } from '../json/stringify-json.js';
import type { Row } from '../rows/row.js';
import type { Answer, Spending, TierRecord } from './fabric.js';
import type { Failure, FinishedResult, RowOutcome } from './row-result.js';
import { addSpending } from './spending.js';

/** What became of a row, as it is kept in the journal and on a queue. */
export type StoredOutcome = StoredAnswer | StoredFailure;

/** Tokens in, out and cached, cost, calls without a price, and those that may be billed, where there are any. */
type StoredSpending = readonly [number, number, number, number, number, number?];

interface Stored {
  readonly calls: number;
  readonly spent?: StoredSpending;
  readonly tiers?: TierRecord;
  readonly via?: 'batch';
}

export interface StoredAnswer extends Stored {
  readonly answer: Answer;
  readonly ms: number;
  readonly model?: string;
  readonly reused?: 'run' | 'cache';
}

export interface StoredFailure extends Stored {
  readonly failure: Failure;
  readonly reused?: 'run';
}

/** True if a value that was read is a stored result. Written by hand: a resumed run asks it for millions of lines. */
export function isStoredOutcome(value: object): value is StoredOutcome {
  const { calls, spent, tiers, reused, model, via, failure, answer, ms }: Members = { ...value };
  return (
    isCount(calls) &&
    (isObject(failure) ? isFailure(failure) : answer !== undefined && isAmount(ms)) &&
    isAbsentOr(spent, isSpending) &&
    isAbsentOr(tiers, (record) => isObject(record) && Array.isArray(record.steps)) &&
    isAbsentOr(reused, (from) => from === 'run' || from === 'cache') &&
    isAbsentOr(model, (name) => typeof name === 'string') &&
    isAbsentOr(via, (way) => way === 'batch')
  );
}

type Members = Readonly<Record<string, unknown>>;

function isFailure({ kind, message, attempts, failedAt, status }: Members): boolean {
  return (
    [kind, message, failedAt].every((text) => typeof text === 'string') &&
    isCount(attempts) &&
    isAbsentOr(status, isCount)
  );
}

function isSpending(value: unknown): boolean {
  return Array.isArray(value) && (value.length === 5 || value.length === 6) && value.every(isAmount);
}

function isAbsentOr(value: unknown, is: (value: unknown) => boolean): boolean {
  return value === undefined || is(value);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && isAmount(value);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of a JSON object that hold a result, without its braces. */
export function outcomeMembers(result: RowOutcome): string {
  const { calls, spent, reused, tiers, via } = result;
  let members =
    result.status === 'failed'
      ? `"failure":${stringifyJson(result.failure)},"calls":${calls}`
      : `"answer":${jsonOfAnswer(result.answer)},"calls":${calls},"ms":${Math.round(result.latencyMs * 1000) / 1000}`;
  const model = result.status === 'answered' ? result.model : undefined;
  if (model !== undefined) members += `,"model":${jsonOfText(model)}`;
  if (spent !== undefined) members += `,"spent":${jsonOfSpending(spent)}`;
  if (reused !== undefined) members += `,"reused":"${reused}"`;
  if (tiers !== undefined) members += `,"tiers":${JSON.stringify(tiers)}`;
  if (via !== undefined) members += `,"via":"${via}"`;
  return members;
}

function jsonOfAnswer(answer: Answer): string {
  return typeof answer === 'string' ? jsonOfText(answer) : stringifyJson(answer);
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/**
 * The result of a row from what was kept of it. Its members are added one by one: an object that begins with one spread
 * and gets more members takes V8 1 µs (Node 20), and all of it survives two collections.
 */
export function resultOfOutcome(stored: StoredOutcome, row: Row): FinishedResult {
  const result: Mutable<FinishedResult> =
    'failure' in stored
      ? { status: 'failed', row, failure: stored.failure, calls: stored.calls }
      : { status: 'answered', row, answer: stored.answer, calls: stored.calls, latencyMs: stored.ms };
  if (stored.spent !== undefined) result.spent = spendingOf(stored.spent);
  if (stored.tiers !== undefined) result.tiers = stored.tiers;
  if (stored.via !== undefined) result.via = stored.via;
  if (result.status === 'answered' && 'answer' in stored) {
    if (stored.model !== undefined) result.model = stored.model;
    if (stored.reused !== undefined) result.reused = stored.reused;
  } else if (result.status === 'failed' && 'failure' in stored && stored.reused !== undefined) {
    result.reused = stored.reused;
  }
  return result;
}

/** What several calls took, as `jsonOfSpending` made it of each, with commas between. */
export function sumOfSpendings(texts: string): Spending | undefined {
  return (JSON.parse(`[${texts}]`) as StoredSpending[]).reduce<Spending | undefined>(
    (sum, spent) => addSpending(sum, spendingOf(spent)),
    undefined,
  );
}

export function jsonOfSpending({ input, output, cached, cost, unpriced, possiblyBilled }: Spending): string {
  const more = possiblyBilled === undefined ? '' : `,${possiblyBilled}`;
  return `[${input},${output},${cached},${cost},${unpriced}${more}]`;
}

function spendingOf([input, output, cached, cost, unpriced, possiblyBilled]: StoredSpending): Spending {
  const spent = { input, output, cached, cost, unpriced };
  return possiblyBilled === undefined ? spent : { ...spent, possiblyBilled };
}
