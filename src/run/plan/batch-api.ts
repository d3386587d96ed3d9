import { BATCH_SERVICES, type BatchServiceName, chooseBatchService } from '../../batch-api/service-name.js';
import type { ModelDefinition } from '../../fabric/definition.js';
import { MINUTE } from '../../limits/durations.js';
import type { HttpProxy } from '../../proxy/http-proxy.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import type { FabricPlan } from './fabric.js';
import type { QueuePlan } from './queue.js';

/** How rows go through a service's batch API. */
export interface BatchApiPlan {
  readonly service: BatchServiceName;
  readonly definition: ModelDefinition;
  readonly apiKey: string | undefined;
  readonly proxy: HttpProxy | undefined;
  /** Between two looks at a batch, in ms. */
  readonly pollMs: number;
  /** Rows a batch at most; the service may take fewer. */
  readonly mostRows: number;
  /** The run ends when everything is submitted. */
  readonly detaches: boolean;
  /** Files and batches stay at the service. */
  readonly keepsRemote: boolean;
}

const USUAL_POLL_MS = MINUTE / 2;
const USUAL_ROWS = 50_000;

/**
 * The batch API of the run, where one is asked for.
 *
 * @throws SetUpError where there is none, or where what else is asked for does not go with it.
 */
export function decideBatchApi(
  settings: Pick<RunSettings, 'batchApi' | 'tiers' | 'rate' | 'input' | 'output' | 'maxCost' | 'maxCalls'>,
  fabric: FabricPlan,
  queue: QueuePlan | undefined,
): BatchApiPlan | undefined {
  const { tiers, rate, input, output, maxCost, maxCalls } = settings;
  const named = fabric.kind === 'model' ? fabric.definition.batchApi : undefined;
  const batchApi = settings.batchApi ?? (named === undefined ? 'off' : {});
  if (batchApi === 'off') return undefined;
  if (fabric.kind === 'local') throw refusal(`${fabric.id} runs on this machine, which has no batch API`);
  const choice = chooseBatchService(fabric.definition, serviceNamed(named));
  if ('problem' in choice) throw refusal(choice.problem);
  if (queue !== undefined) throw refusal('its rows are not for workers; leave one out, or --queue none');
  if (tiers !== undefined) throw refusal('a row that moves up needs its answer at once; leave out --tier');
  if (rate === 'auto') throw refusal('the service sets the pace of a batch; leave out --rate-limit auto');
  if (input === '-')
    throw refusal('standard input can be read once, and a run may go on for days; give a file');
  if (maxCost !== undefined || maxCalls !== undefined)
    throw refusal('nobody counts what a batch costs while it runs; leave out --max-cost and --max-calls');
  if (output === '-')
    throw refusal('a run that may go on for days needs an output to resume; give -o a file');
  const { apiKey, proxy } = fabric.kind === 'model' ? fabric : { apiKey: undefined, proxy: undefined };
  return {
    ...choice,
    apiKey,
    proxy,
    pollMs: batchApi.pollMs ?? USUAL_POLL_MS,
    mostRows: batchApi.rows ?? USUAL_ROWS,
    detaches: batchApi.detach ?? false,
    keepsRemote: batchApi.keepRemote ?? false,
  };
}

/** @throws SetUpError where it is none. */
function serviceNamed(name: true | string | undefined): BatchServiceName | undefined {
  if (name === undefined || name === true) return undefined;
  const service = BATCH_SERVICES.find((known) => known === name);
  if (service !== undefined) return service;
  throw new SetUpError(`batchApi: wanted true, or one of ${BATCH_SERVICES.join(', ')}, got "${name}"`);
}

function refusal(why: string): SetUpError {
  return new SetUpError(`--batch-api: ${why}`);
}
