import {
  BatchApiError,
  type BatchService,
  type RemoteBatch,
  type ShardResult,
} from '../../batch-api/batch-service.js';
import { CallError } from '../../fabric/call-error.js';
import { counted } from '../../wording/wording.js';
import type { Shard } from '../shards/shard.js';

/** Why a run stops whose last batches are gone at the service: what they did may be billed, so a person decides. */
export function goneError(gone: readonly Shard[]): BatchApiError {
  const names = gone.map(({ number, batch }) => `${batch?.id ?? 'a batch'} of shard ${number}`);
  const [named, more] = [names.slice(0, MOST_NAMED).join(', '), names.length - MOST_NAMED];
  const rows = gone.reduce((sum, shard) => sum + shard.rows.count, 0);
  return new BatchApiError(
    'gone',
    `${gone.length === 1 ? 'a batch is' : `${gone.length} batches are`} gone at the service, which may have billed ${gone.length === 1 ? 'it' : 'them'}: ${named}${more > 0 ? ` and ${more} more` : ''}, with ${counted(rows, 'row')}; all others are collected: go on with --gone-batches again, which sends these rows once more, or with --gone-batches dead-letter`,
  );
}

/** A batch was sent with one key, and is looked for with another, or at another address: it may be there. */
export function sentByAnother({ number, batch, sentBy }: Shard, sender: string, said: string): BatchApiError {
  const key = sentBy === undefined ? '' : `, fingerprint ${sentBy}`;
  return new BatchApiError(
    'not-visible',
    `batch ${batch?.id ?? ''} of shard ${number} was sent with another key, or to another address${key}; this one's is ${sender}: ${said}`,
  );
}

/** What becomes of a row whose batch is gone, where it is given up. */
export function rowOfGoneBatch({ batch }: Shard): CallError {
  return new CallError('server', `its batch ${batch?.id ?? ''} is gone at the service`);
}

/** The results of a batch, as far as they are there yet. */
export function resultsLeft(service: Pick<BatchService, 'results'>): Pick<BatchService, 'results'> {
  return {
    async *results(batch: RemoteBatch): AsyncGenerator<ShardResult> {
      try {
        yield* service.results(batch);
      } catch (error) {
        if (!(error instanceof BatchApiError && error.kind === 'not-visible')) throw error;
      }
    },
  };
}

const MOST_NAMED = 3;
