import { isJsonObject } from '../../fabric/http/json-body.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { BatchApiError, type BatchPhase, type RemoteBatch } from '../batch-service.js';

const PHASES: Readonly<Record<string, BatchPhase>> = {
  QUEUED: 'queued',
  RUNNING: 'running',
  CANCELLATION_REQUESTED: 'cancelling',
  SUCCESS: 'ended',
  FAILED: 'ended',
  TIMEOUT_EXCEEDED: 'ended',
  CANCELLED: 'ended',
};

/** A job, as Mistral has it; undefined where the value is none. An unknown word is a job that runs. */
export function remoteBatchOf(value: JsonValue | undefined): RemoteBatch | undefined {
  if (!isJsonObject(value) || typeof value.id !== 'string' || typeof value.status !== 'string') {
    return undefined;
  }
  const word = value.status;
  const [input] = Array.isArray(value.input_files) ? value.input_files : [];
  const details = {
    output: textOrNull(value.output_file),
    error: textOrNull(value.error_file),
    input: textOrNull(input),
  };
  const counts = countsOf(value);
  const createdAt = typeof value.created_at === 'number' ? value.created_at * 1_000 : undefined;
  const hasResults = details.output !== null || details.error !== null || (counts?.succeeded ?? 0) > 0;
  return {
    id: value.id,
    phase: PHASES[word] ?? 'running',
    word,
    ...(counts && { counts }),
    ...(createdAt !== undefined && { createdAt, expiresAt: createdAt + TIMEOUT_MS }),
    ...(word === 'FAILED' && !hasResults && { refusal: refusalOf(value) }),
    details,
  };
}

/** What jobs are created with, in hours: the service's own default. */
export const TIMEOUT_HOURS = 24;
const TIMEOUT_MS = TIMEOUT_HOURS * 3_600_000;

function textOrNull(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function countsOf(job: JsonObject): RemoteBatch['counts'] {
  const { total_requests: total, succeeded_requests: succeeded, failed_requests: failed } = job;
  if (typeof total !== 'number' || total === 0) return undefined;
  return {
    total,
    succeeded: typeof succeeded === 'number' ? succeeded : 0,
    failed: typeof failed === 'number' ? failed : 0,
  };
}

const PASSING = /internal|server error|unavailable|try again|rate limit|capacity/i;
const ACCOUNT = /billing|credit|payment|subscription|invalid model|unauthorized/i;

/** Why a job failed as a whole. Its errors have words and counts, and no codes. */
function refusalOf({ errors }: JsonObject): BatchApiError {
  const listed = Array.isArray(errors) ? errors.filter(isJsonObject) : [];
  const message = listed.map((error) => error.message).find((text) => typeof text === 'string');
  const said = String(message ?? 'no reason given');
  const kind = ACCOUNT.test(said) ? 'account' : PASSING.test(said) ? 'later' : 'refused';
  const more = listed.length > 1 ? ` (and ${listed.length - 1} more)` : '';
  return new BatchApiError(
    kind,
    `the service refused the batch: ${said.replace(/\s+/g, ' ').slice(0, 300)}${more}`,
  );
}
