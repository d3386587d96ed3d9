import { isJsonObject } from '../../fabric/http/json-body.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { BatchApiError, type BatchPhase, type RemoteBatch } from '../batch-service.js';

const PHASES: ReadonlyMap<string, BatchPhase> = new Map([
  ['in_progress', 'running'],
  ['canceling', 'cancelling'],
  ['ended', 'ended'],
]);

/**
 * A Message Batch as the API describes it.
 *
 * @throws BatchApiError `unknown` where it is none.
 */
export function anthropicBatch(body: JsonValue | undefined): RemoteBatch {
  const object = isJsonObject(body) ? body : {};
  const { id, processing_status: word } = object;
  if (typeof id !== 'string' || id === '' || typeof word !== 'string') {
    throw new BatchApiError('unknown', 'an answer that describes no batch');
  }
  const phase = PHASES.get(word) ?? 'running';
  const counts = countsOf(object.request_counts);
  return {
    id,
    phase,
    word,
    // Before the end, all but `processing` are 0, whatever has been done.
    ...(phase === 'ended' && counts.total > 0 && { counts }),
    ...timeOf('createdAt', object.created_at),
    ...timeOf('expiresAt', object.expires_at),
    details: {
      requests: counts.total,
      resultsUrl: typeof object.results_url === 'string' ? object.results_url : null,
      isArchived: typeof object.archived_at === 'string',
    },
  };
}

function countsOf(value: JsonValue | undefined): NonNullable<RemoteBatch['counts']> {
  const counts: JsonObject = isJsonObject(value) ? value : {};
  const count = (name: string): number => {
    const number = counts[name];
    return typeof number === 'number' ? number : 0;
  };
  const [succeeded, failed] = [count('succeeded'), count('errored')];
  const total = succeeded + failed + count('processing') + count('canceled') + count('expired');
  return { total, succeeded, failed };
}

/** RFC 3339. */
function timeOf<Name extends 'createdAt' | 'expiresAt'>(
  name: Name,
  value: JsonValue | undefined,
): Partial<Record<Name, number>> {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  const time: Partial<Record<Name, number>> = {};
  if (Number.isFinite(ms)) time[name] = ms;
  return time;
}
