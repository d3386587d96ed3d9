import { isJsonObject } from '../../fabric/http/json-body.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import {
  BatchApiError,
  type BatchApiErrorKind,
  type BatchPhase,
  type RemoteBatch,
} from '../batch-service.js';
import { httpStatusOf, isCancellation } from './rpc-status.js';

const PHASES: ReadonlyMap<string, BatchPhase> = new Map([
  ['UNSPECIFIED', 'queued'],
  ['QUEUED', 'queued'],
  ['PENDING', 'queued'],
  ['RUNNING', 'running'],
  ['UPDATING', 'running'],
  ['PAUSED', 'running'],
  ['CANCELLING', 'cancelling'],
  ['SUCCEEDED', 'ended'],
  ['PARTIALLY_SUCCEEDED', 'ended'],
  ['FAILED', 'ended'],
  ['CANCELLED', 'ended'],
  ['EXPIRED', 'ended'],
]);

/** From its creation a batch has so long, in ms; what is not done then has no results at all. */
const LIFETIME_MS = 48 * 60 * 60_000;

/**
 * The long-running operation that a batch is: `{"name":"batches/…","metadata":{"state":…},"done":…,"response":…}`.
 * States begin with `BATCH_STATE_` or `JOB_STATE_`; counts are texts, and one of 0 is left out.
 * (ai.google.dev/api/batch-api)
 *
 * @throws BatchApiError `unknown` where it is none.
 */
export function geminiBatch(body: JsonValue | undefined): RemoteBatch {
  const operation = isJsonObject(body) ? body : {};
  // Some answers are the batch without the operation around it.
  const batch = isJsonObject(operation.metadata) ? operation.metadata : operation;
  const id = operation.name ?? batch.name;
  if (typeof id !== 'string' || !id.startsWith('batches/')) {
    throw new BatchApiError('unknown', 'an answer that describes no batch');
  }
  const isDone = operation.done === true;
  const word = typeof batch.state === 'string' ? batch.state : isDone ? 'done' : 'unknown';
  const output = outputOf(operation, batch);
  const stats = isJsonObject(batch.batchStats) ? batch.batchStats : {};
  const counts = countsOf(stats);
  const refusal = refusalOf(operation, word, output, counts?.succeeded ?? 0);
  const createdAt = typeof batch.createTime === 'string' ? Date.parse(batch.createTime) : Number.NaN;
  return {
    id,
    phase: phaseOf(word, isDone, output),
    word,
    ...(counts && { counts }),
    ...(Number.isFinite(createdAt) && { createdAt, expiresAt: createdAt + LIFETIME_MS }),
    ...(refusal && { refusal }),
    details: {
      responsesFile: output.file ?? null,
      isInlined: output.isInlined,
      inputFile: inputFileOf(batch) ?? null,
      displayName: typeof batch.displayName === 'string' ? batch.displayName : null,
    },
  };
}

/** The responses that stand in the operation itself, in either of the two places. */
export function inlinedResponses(body: JsonValue): JsonValue[] {
  const operation = isJsonObject(body) ? body : {};
  const batch = isJsonObject(operation.metadata) ? operation.metadata : operation;
  return outputsIn(operation, batch).flatMap(({ inlinedResponses: outer }) => {
    const list = isJsonObject(outer) ? outer.inlinedResponses : outer;
    return Array.isArray(list) ? list : [];
  });
}

interface Output {
  readonly file: string | undefined;
  readonly isInlined: boolean;
}

function outputOf(operation: JsonObject, batch: JsonObject): Output {
  const outputs = outputsIn(operation, batch);
  const file = outputs
    .map(({ responsesFile }) => responsesFile)
    .find((name) => typeof name === 'string' && name);
  return {
    file: typeof file === 'string' ? file : undefined,
    isInlined: outputs.some(
      ({ inlinedResponses: inlined }) => isJsonObject(inlined) || Array.isArray(inlined),
    ),
  };
}

/** The response of an operation that is done, and the output in its metadata: they say the same, and either may be missing. */
function outputsIn({ response }: JsonObject, batch: JsonObject): JsonObject[] {
  const inResponse = isJsonObject(response) ? [response, response.output] : [];
  const [first] = [...inResponse, batch.output].filter(isJsonObject).filter(holdsOutput);
  return first === undefined ? [] : [first];
}

function holdsOutput({ responsesFile, inlinedResponses: inlined }: JsonObject): boolean {
  return (typeof responsesFile === 'string' && responsesFile !== '') || (inlined ?? null) !== null;
}

function phaseOf(word: string, isDone: boolean, { file, isInlined }: Output): BatchPhase {
  const state = stateIn(word);
  const phase = PHASES.get(state) ?? 'running';
  if (isDone) return 'ended';
  // A success that says nowhere yet what came out of it.
  const isWithoutOutput = file === undefined && !isInlined;
  return state === 'SUCCEEDED' && isWithoutOutput ? 'finalizing' : phase;
}

function stateIn(word: string): string {
  return word.replace(/^(?:BATCH|JOB)_STATE_/, '');
}

function countsOf(stats: JsonObject): RemoteBatch['counts'] {
  const count = (name: string): number => Number(stats[name] ?? 0);
  const total = count('requestCount');
  if (!(total > 0)) return undefined;
  return { total, succeeded: count('successfulRequestCount'), failed: count('failedRequestCount') };
}

function inputFileOf({ inputConfig }: JsonObject): string | undefined {
  const name = isJsonObject(inputConfig) ? inputConfig.fileName : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Why a batch failed as a whole, where it did and left nothing. */
function refusalOf(
  { error, done }: JsonObject,
  word: string,
  output: Output,
  succeeded: number,
): BatchApiError | undefined {
  const isNothing = output.file === undefined && !output.isInlined && succeeded === 0;
  const problem = isJsonObject(error) ? error : {};
  const state = stateIn(word);
  const isFailed = state === 'FAILED' || (done === true && isJsonObject(error) && !PHASES.has(state));
  if (!isFailed || !isNothing || isCancellation(problem)) return undefined;
  const { message } = problem;
  const words = typeof message === 'string' && message !== '' ? message : 'no reason given';
  const said = words.replace(/\s+/g, ' ').slice(0, 300);
  return new BatchApiError(kindOf(httpStatusOf(problem)), `the service refused the batch: ${said}`);
}

function kindOf(status: number | undefined): BatchApiErrorKind {
  if (status === 401 || status === 403) return 'account';
  return status === 429 || (status !== undefined && status >= 500) ? 'later' : 'refused';
}
