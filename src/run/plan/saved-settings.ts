import { dirname, join, relative } from 'node:path';
import type { Price } from '../../fabric/price/price.js';
import type { JsonObject } from '../../rows/row.js';
import type { ScoreSetting, TierSettings } from '../settings/cost-settings.js';
import type { RunSettings } from '../settings/settings.js';
import type { CallPlan } from './call-plan.js';
import type { FabricPlan } from './fabric.js';
import type { OutputPlan } from './output.js';
import { unitOf } from './row-calls.js';

/** What a run keeps of its settings, for a retry. Paths are as seen from the output, so that the folder may be moved. */
export interface SavedSettings
  extends Pick<RunSettings, 'baseUrl' | 'rate' | 'concurrency' | 'deadLetters'>,
    Partial<Pick<RunSettings, 'attempts' | 'timeoutMs' | 'batchSize' | 'sharesAnswers'>> {
  readonly fabric?: SavedSource;
  readonly price?: Price;
  /** What all costs of the run are counted in. */
  readonly costUnit?: string;
  readonly tiers?: SavedTiers;
  /** The input's path; not there where it was a stream. */
  readonly input?: string;
  /** Where it is not `stop`. */
  readonly badRows?: string;
  /** Of its rows, only the first so many. */
  readonly limit?: number;
  /** The columns of its rows that the fabric uses, where not all. */
  readonly usedColumns?: readonly string[];
}

/** A fabric as `--fabric` took it. */
interface SavedSource {
  readonly kind: 'name' | 'path';
  readonly text: string;
}

interface SavedTiers {
  readonly fabrics: readonly SavedSource[];
  readonly minScore: number;
  readonly score: ScoreSetting;
  readonly judge?: SavedSource;
}

export function savedSettings(
  settings: RunSettings,
  calls: CallPlan,
  { path = '.', deadLetters }: OutputPlan,
  usedColumns: readonly string[],
): JsonObject {
  const fromOutput: FromOutput = (other) => relative(dirname(path), other);
  const { batchSize, attempts, timeoutMs, sharesAnswers, price } = settings;
  const { rate, concurrency, fabric } = calls;
  const costUnit = unitOf(calls);
  return {
    fabric: savedSource(fabric, fromOutput),
    ...savedBaseUrl(settings, fabric),
    rate: typeof rate === 'string' ? rate : { calls: rate.calls, perMs: rate.perMs },
    concurrency,
    batchSize,
    attempts,
    timeoutMs,
    deadLetters: fromOutput(deadLetters),
    sharesAnswers,
    ...(usedColumns.length === 0 ? {} : { usedColumns: [...usedColumns] }),
    ...(price === undefined ? {} : { price: plainPrice(price) }),
    ...(costUnit === undefined ? {} : { costUnit }),
    ...savedTiers(settings.tiers, calls, fromOutput),
    ...savedExtent(settings, fromOutput),
  };
}

/** A resumed run keeps what it began with, but its rows may end elsewhere, and prices may be known by now. */
export function resumedSettings(
  before: JsonObject,
  { input, limit, badRows, costUnit }: JsonObject,
): JsonObject {
  const { limit: _limit, badRows: _badRows, ...kept } = before;
  return {
    ...kept,
    ...(input === undefined ? {} : { input }),
    ...(limit === undefined ? {} : { limit }),
    ...(badRows === undefined ? {} : { badRows }),
    ...(costUnit === undefined ? {} : { costUnit }),
  };
}

/** Where its rows come from, and how many of them there are at most. */
function savedExtent({ input, limit, badRows }: RunSettings, fromOutput: FromOutput): JsonObject {
  return {
    ...(badRows === 'stop' ? {} : { badRows }),
    ...(input === '-' ? {} : { input: fromOutput(input) }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** The fabric that a run began with, as `--fabric` takes it. */
export function fabricOfSaved({ fabric }: SavedSettings, output: string): string {
  return fabric === undefined ? '' : textFrom(fabric, output);
}

export function tiersOfSaved({ tiers }: SavedSettings, output: string): TierSettings | undefined {
  if (tiers === undefined) return undefined;
  const { fabrics, minScore, score, judge } = tiers;
  return {
    fabrics: fabrics.map((source) => textFrom(source, output)),
    minScore,
    score:
      judge !== undefined && score.kind === 'fabric'
        ? { kind: 'fabric', text: textFrom(judge, output) }
        : score.kind === 'module'
          ? { kind: 'module', text: join(dirname(output), score.text) }
          : score,
  };
}

type FromOutput = (path: string) => string;

function savedSource({ source: { kind, text } }: FabricPlan, fromOutput: FromOutput): JsonObject {
  return { kind, text: kind === 'path' ? fromOutput(text) : text };
}

function textFrom({ kind, text }: SavedSource, output: string): string {
  return kind === 'path' ? join(dirname(output), text) : text;
}

function savedTiers(
  settings: TierSettings | undefined,
  { tiers }: CallPlan,
  fromOutput: FromOutput,
): JsonObject {
  if (settings === undefined || tiers === undefined) return {};
  const { score } = tiers;
  return {
    tiers: {
      fabrics: tiers.upper.map(({ fabric }) => savedSource(fabric, fromOutput)),
      minScore: tiers.minScore,
      score:
        score.kind === 'module' ? { kind: 'module', text: fromOutput(score.path) } : { ...settings.score },
      ...(score.kind === 'fabric' ? { judge: savedSource(score.judge.fabric, fromOutput) } : {}),
    },
  };
}

/** A fabric file is read again for a retry, and may name another place by then. */
function savedBaseUrl({ baseUrl }: RunSettings, fabric: FabricPlan): JsonObject {
  if (baseUrl !== undefined) return { baseUrl };
  return fabric.kind === 'promptha' && fabric.source.kind === 'name'
    ? { baseUrl: fabric.definition.baseUrl }
    : {};
}

function plainPrice({ unit, call, tokens }: Price): JsonObject {
  return {
    unit,
    ...(call === undefined ? {} : { call }),
    ...(tokens === undefined ? {} : { tokens: { ...tokens } }),
  };
}
