import { isJsonObject } from '../../fabric/http/json-body.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import {
  BatchApiError,
  type BatchApiErrorKind,
  type BatchPhase,
  type RemoteBatch,
} from '../batch-service.js';
import { fullQueueIn } from '../queue-limit.js';

const PHASES: Readonly<Record<string, BatchPhase>> = {
  validating: 'queued',
  in_progress: 'running',
  finalizing: 'finalizing',
  cancelling: 'cancelling',
  completed: 'ended',
  failed: 'ended',
  expired: 'ended',
  cancelled: 'ended',
};

/**
 * A batch object, as OpenAI or Together (upper case, dates of ISO 8601, no counts) has it; undefined where it is none.
 * Counts may be null, file ids null or empty.
 */
export function remoteBatchOf(value: JsonValue | undefined): RemoteBatch | undefined {
  if (!isJsonObject(value) || typeof value.id !== 'string' || typeof value.status !== 'string') {
    return undefined;
  }
  const word = value.status;
  const state = word.toLowerCase();
  const details = {
    output: textOrNull(value.output_file_id),
    error: textOrNull(value.error_file_id),
    input: textOrNull(value.input_file_id),
  };
  const counts = countsOf(value.request_counts);
  const hasResults = details.output !== null || details.error !== null || (counts?.succeeded ?? 0) > 0;
  return {
    id: value.id,
    phase: PHASES[state] ?? 'running',
    word,
    ...(counts && { counts }),
    ...when('createdAt', value.created_at),
    ...when('expiresAt', value.expires_at ?? value.job_deadline),
    ...(state === 'failed' && !hasResults && { refusal: refusalOf(value) }),
    details,
  };
}

function textOrNull(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function countsOf(value: JsonValue | undefined): RemoteBatch['counts'] {
  if (!isJsonObject(value)) return undefined;
  const { total, completed, failed } = value;
  if (typeof total !== 'number' || total === 0) return undefined;
  return {
    total,
    succeeded: typeof completed === 'number' ? completed : 0,
    failed: typeof failed === 'number' ? failed : 0,
  };
}

/** Seconds since 1970, or a date. */
function when<Name extends string>(name: Name, value: JsonValue | undefined): { [name in Name]?: number } {
  const ms =
    typeof value === 'number' ? value * 1_000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) ? ({ [name]: ms } as { [name in Name]: number }) : {};
}

const PASSING = /server_error|internal_error|service_unavailable|rate_limit/i;
const ACCOUNT =
  /billing|insufficient_quota|credit|invalid_api_key|model_not_found|deployment|organization|project/i;

/** Why a batch failed as a whole: its file was looked at, and nothing ran. */
function refusalOf({ errors, error }: JsonObject): BatchApiError {
  const listed = isJsonObject(errors) && Array.isArray(errors.data) ? errors.data.filter(isJsonObject) : [];
  const first = listed[0] ?? (isJsonObject(error) ? error : {});
  const code = typeof first.code === 'string' ? first.code : '';
  const message =
    typeof first.message === 'string' ? first.message : typeof error === 'string' ? error : 'no reason given';
  const line = typeof first.line === 'number' ? `, line ${first.line}` : '';
  const more = listed.length > 1 ? ` (and ${listed.length - 1} more)` : '';
  const said = `the service refused the batch: ${message.replace(/\s+/g, ' ').slice(0, 300)}${line}${more}`;
  const fullQueue = fullQueueIn([code], message.slice(0, 300));
  const kind = fullQueue === undefined ? kindOf(code, message) : 'later';
  return new BatchApiError(kind, code === '' ? said : `${said} [${code.slice(0, 60)}]`, {
    ...(fullQueue && { fullQueue }),
  });
}

/** By its code; by its words only where it has none. */
function kindOf(code: string, message: string): BatchApiErrorKind {
  const words = code === '' ? message : code;
  if (ACCOUNT.test(words)) return 'account';
  return PASSING.test(words) ? 'later' : 'refused';
}
