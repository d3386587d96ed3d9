import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import { describePrice } from '../../fabric/price/price.js';
import { ExactNumber } from '../../json/exact-number.js';
import { formatMoment } from '../../monitor/report/format-figures.js';
import type { ReportSetting, TierName } from '../../monitor/report/report-facts.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { counted, formatBytes, formatCount, formatDuration } from '../../wording/wording.js';

/** What costs are counted in; undefined where the run had no prices when it began. */
export function costUnitOf({ settings }: Checkpoint): string | undefined {
  return typeof settings.costUnit === 'string' ? settings.costUnit : undefined;
}

/** The tiers of a run and its judge; empty for a run with one fabric. */
export function tierNames({ identity }: Checkpoint): TierName[] {
  const upper = fieldOf(identity.tiers, 'tiers');
  if (!Array.isArray(upper)) return [];
  const judge = fieldOf(identity.tiers, 'judge');
  const names = [identity.fabric, ...upper.map((tier) => fieldOf(tier, 'fabric'))].map(wordsOf);
  return [
    ...names.map((name, by) => ({ by, name: `${by + 1}. ${name}` })),
    ...(typeof judge === 'object' && judge !== null
      ? [{ by: 'judge' as const, name: `judge: ${wordsOf(fieldOf(judge, 'fabric'))}` }]
      : []),
  ];
}

/** The settings that a checkpoint keeps. One that this version does not know is shown all the same. */
export function settingFacts({ settings, identity }: Checkpoint): ReportSetting[] {
  return [
    ...inputsFact(identity),
    { what: 'answers go to', value: wordsOf(identity.outputColumn) },
    ...Object.entries(settings).map(([name, value]) => ({
      what: SETTINGS[name]?.what ?? name,
      value: (SETTINGS[name]?.show ?? wordsOf)(value),
    })),
  ];
}

const SETTINGS: Readonly<Record<string, { what: string; show?: (value: JsonValue) => string }>> = {
  fabric: { what: 'fabric', show: (value) => wordsOf(fieldOf(value, 'text')) },
  baseUrl: { what: 'API' },
  rate: { what: 'rate limit', show: rateWords },
  concurrency: { what: 'calls in flight, at most' },
  batchSize: { what: 'rows a batch' },
  attempts: { what: 'calls a row may cost' },
  timeoutMs: { what: 'timeout of a call', show: (value) => formatDuration(Number(value)) },
  deadLetters: { what: 'failed rows go to' },
  input: { what: 'input' },
  sharesAnswers: { what: 'equal rows share an answer', show: (value) => (value === true ? 'yes' : 'no') },
  price: { what: 'price', show: priceWords },
  costUnit: { what: 'costs are counted in' },
  tiers: { what: 'tiers', show: tierWords },
};

/** What identifies this run: input, fabric and output. */
export function fingerprintFacts(checkpoint: Checkpoint): ReportSetting[] {
  const { identity, inputStat, inputOffset, inputCrc, outputOffset } = checkpoint;
  const crc = (inputCrc >>> 0).toString(16).padStart(8, '0');
  const definition = identity.definition ?? null;
  return [
    { what: 'run', value: checkpoint.runId },
    { what: 'input', value: wordsOf(fieldOf(identity.input, 'format')) },
    ...(Array.isArray(identity.columns)
      ? [{ what: 'its columns', value: identity.columns.map(wordsOf).join(', ') }]
      : []),
    ...(inputStat === undefined
      ? []
      : [
          {
            what: 'its size',
            value: `${formatBytes(inputStat.size)} (${counted(inputStat.size, 'byte')})`,
          },
          { what: 'last changed', value: formatMoment(new Date(inputStat.mtimeMs).toISOString()) },
        ]),
    { what: 'rows done', value: formatCount(checkpoint.rowsCommitted) },
    { what: 'their checksum', value: `CRC-32 ${crc} of the first ${counted(inputOffset, 'byte')}` },
    ...(definition === null ? [] : [{ what: "the fabric's definition", value: wordsOf(definition) }]),
    { what: 'output', value: `${wordsOf(fieldOf(identity.output, 'format'))}, ${formatBytes(outputOffset)}` },
  ];
}

function inputsFact({ inputs }: JsonObject): ReportSetting[] {
  if (!Array.isArray(inputs)) return [{ what: 'sent of a row', value: 'all columns' }];
  const names = inputs.map((one) => {
    const [input, column] = [wordsOf(fieldOf(one, 'input')), wordsOf(fieldOf(one, 'column'))];
    return input === column ? input : `${input}=${column}`;
  });
  return [{ what: 'sent of a row', value: names.join(', ') }];
}

function rateWords(rate: JsonValue): string {
  const [calls, perMs] = [fieldOf(rate, 'calls'), fieldOf(rate, 'perMs')];
  return typeof calls === 'number' && typeof perMs === 'number'
    ? `${counted(calls, 'call')} in ${formatDuration(perMs)}`
    : wordsOf(rate);
}

function priceWords(price: JsonValue): string {
  const [unit, call, tokens] = [fieldOf(price, 'unit'), fieldOf(price, 'call'), fieldOf(price, 'tokens')];
  if (typeof unit !== 'string') return wordsOf(price);
  const [input, output, cached] = ['input', 'output', 'cached'].map((name) => fieldOf(tokens, name));
  const isPerToken = typeof input === 'number' && typeof output === 'number';
  return describePrice({
    unit,
    ...(typeof call === 'number' ? { call } : {}),
    ...(isPerToken ? { tokens: { input, output, ...(typeof cached === 'number' ? { cached } : {}) } } : {}),
  });
}

function tierWords(tiers: JsonValue): string {
  const [fabrics, score, minScore] = [
    fieldOf(tiers, 'fabrics'),
    fieldOf(tiers, 'score'),
    fieldOf(tiers, 'minScore'),
  ];
  if (!Array.isArray(fabrics)) return wordsOf(tiers);
  const names = fabrics.map((fabric) => wordsOf(fieldOf(fabric, 'text'))).join(', then ');
  const scorer = [fieldOf(score, 'kind'), fieldOf(score, 'text')].filter((word) => word !== undefined);
  return `${names}; where the score by ${scorer.map(wordsOf).join(' ')} is below ${wordsOf(minScore)}`;
}

function fieldOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && !(value instanceof ExactNumber) ? value[name] : undefined;
}

function wordsOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
