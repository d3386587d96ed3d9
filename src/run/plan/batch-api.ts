import { OPENAI_PROFILES } from '../../batch-api/openai/profiles.js';
import {
  BATCH_SERVICES,
  type BatchServiceName,
  chooseBatchService,
  VALIDATE_LATE,
} from '../../batch-api/service-name.js';
import type { ModelDefinition } from '../../fabric/definition.js';
import { anthropicMessages } from '../../fabric/model/anthropic-messages.js';
import { MINUTE } from '../../limits/durations.js';
import type { HttpProxy } from '../../proxy/http-proxy.js';
import type { GoneBatches } from '../settings/batch-api-settings.js';
import type { Deadline } from '../settings/cost-settings.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import type { Budget } from './budget.js';
import { type ChainPlan, decideFabricOrSteps, type FabricPlan } from './fabric.js';
import { decideQueue, type QueuePlan } from './queue.js';

/** What a service's batch API charges. */
export interface BatchRate {
  readonly service: BatchServiceName;
  /** What a row costs beside what it costs live: 0.5 is half. */
  readonly priceShare: number;
  /** Rows that are called live before any other is sent, where the service looks at requests late. */
  readonly liveRows: number;
}

/** How rows go through a service's batch API. */
export interface BatchApiPlan extends BatchRate {
  readonly definition: ModelDefinition;
  readonly apiKey: string | undefined;
  readonly proxy: HttpProxy | undefined;
  /** Between two looks at a batch, in ms. */
  readonly pollMs: number;
  /** Rows a batch at most; the service may take fewer. */
  readonly mostRows: number;
  /** Tokens of prompts that may wait at the service at once; undefined: what it takes. */
  readonly mostTokens: number | undefined;
  /** The run ends when everything is submitted. */
  readonly detaches: boolean;
  /** Then what is out is cancelled, and the rest is called live; undefined: never. */
  readonly liveAfter: Deadline | undefined;
  /** What becomes of the rows of a batch that is gone at the service. */
  readonly goneBatches: GoneBatches;
  /** Files and batches stay at the service. */
  readonly keepsRemote: boolean;
}

const USUAL_POLL_MS = MINUTE / 2;
const USUAL_ROWS = 50_000;
const HALF = 0.5;

/**
 * The batch API of the run, where one is asked for.
 *
 * @throws SetUpError where there is none, or where what else is asked for does not go with it.
 */
export function decideBatchApi(
  settings: Pick<RunSettings, 'batchApi' | 'tiers' | 'rate' | 'input' | 'output'>,
  fabric: FabricPlan | ChainPlan,
): BatchApiPlan | undefined {
  const { tiers, rate, input, output } = settings;
  const named = fabric.kind === 'model' ? fabric.definition.batchApi : undefined;
  const batchApi = batchApiAsked(settings, fabric);
  if (batchApi === 'off') return undefined;
  if (fabric.kind === 'steps')
    throw refusal(
      `${fabric.source.text} has steps, each of which needs the answers before it at once; leave it out`,
    );
  if (fabric.kind === 'local') throw refusal(`${fabric.id} runs on this machine, which has no batch API`);
  const choice = chooseBatchService(fabric.definition, serviceNamed(named));
  if ('problem' in choice) throw refusal(choice.problem);
  if (tiers !== undefined) throw refusal('a row that moves up needs its answer at once; leave out --tier');
  if (rate === 'auto') throw refusal('the service sets the pace of a batch; leave out --rate-limit auto');
  if (input === '-')
    throw refusal('standard input can be read once, and a run may go on for days; give a file');
  if (output === '-')
    throw refusal('a run that may go on for days needs an output to resume; give -o a file');
  const { apiKey, proxy } = fabric.kind === 'model' ? fabric : { apiKey: undefined, proxy: undefined };
  return {
    ...choice,
    apiKey,
    proxy,
    ...rateOf(choice.service),
    pollMs: batchApi.pollMs ?? USUAL_POLL_MS,
    mostRows: batchApi.rows ?? USUAL_ROWS,
    mostTokens: batchApi.tokens,
    detaches: batchApi.detach ?? false,
    liveAfter: batchApi.liveAfter,
    goneBatches: batchApi.goneBatches ?? 'stop',
    keepsRemote: batchApi.keepRemote ?? false,
  };
}

function batchApiAsked({ batchApi }: Pick<RunSettings, 'batchApi'>, fabric: FabricPlan | ChainPlan) {
  const isDefined = fabric.kind === 'model' && fabric.definition.batchApi !== undefined;
  return batchApi ?? (isDefined ? {} : 'off');
}

/** Who makes a run's calls. */
export interface Callers {
  readonly fabric: FabricPlan | ChainPlan;
  /** The queue whose workers make them; undefined: they are made here. */
  readonly queue: QueuePlan | undefined;
  /** A queue that was asked for, and has no part in it: a batch API's rows are no calls that workers could make. */
  readonly idleQueue: QueuePlan | undefined;
}

/**
 * Finds the fabric, with all that its client needs where calls are made here, and who makes them.
 *
 * @throws SetUpError, FabricFileError, QueueError
 */
export async function decideCallers(settings: RunSettings): Promise<Callers> {
  const queue = decideQueue(settings);
  const fabric = await decideFabricOrSteps({ ...settings, callsElsewhere: queue !== undefined });
  if (queue === undefined || batchApiAsked(settings, fabric) === 'off')
    return { fabric, queue, idleQueue: undefined };
  return { fabric: await decideFabricOrSteps(settings), queue: undefined, idleQueue: queue };
}

/** @throws SetUpError where a batch API could not keep to the budget. */
export function checkBatchBudget(batchApi: BatchApiPlan | undefined, { maxCost, maxCalls }: Budget): void {
  if (batchApi === undefined) return;
  if (maxCalls !== undefined) throw refusal('a batch is one request of many rows; leave out --max-calls');
  if (maxCost === undefined || mostOutputTokens(batchApi.definition) !== undefined) return;
  throw refusal(
    '--max-cost needs to know the most that an answer can take: set max_tokens or max_completion_tokens under parameters: in the fabric file',
  );
}

/**
 * What the batch API of a fabric's service charges, whether a run asks for it or not; undefined where there is none.
 *
 * @throws SetUpError where the fabric file names a service that is none.
 */
export function batchRateOf(fabric: FabricPlan | ChainPlan): BatchRate | undefined {
  if (fabric.kind !== 'model') return undefined;
  const choice = chooseBatchService(fabric.definition, serviceNamed(fabric.definition.batchApi));
  if ('problem' in choice) return undefined;
  return rateOf(choice.service);
}

/** Tokens that an answer may take at most; undefined where the fabric does not say, and its service has no default. */
export function mostOutputTokens(definition: ModelDefinition): number | undefined {
  const { parameters } = definition;
  const stated = parameters.max_completion_tokens ?? parameters.max_tokens;
  if (typeof stated === 'number') return stated;
  return definition.provider === 'anthropic' ? anthropicMessages.defaultMaxTokens?.(definition) : undefined;
}

function rateOf(service: BatchServiceName): BatchRate {
  return { service, priceShare: priceShareOf(service), liveRows: VALIDATE_LATE.has(service) ? 1 : 0 };
}

function priceShareOf(service: BatchServiceName): number {
  return Object.entries(OPENAI_PROFILES).find(([name]) => name === service)?.[1].priceShare ?? HALF;
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
