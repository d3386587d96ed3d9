import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import { parsePrice } from '../../fabric/price/parse-price.js';
import { describePrice } from '../../fabric/price/price.js';
import { ExactNumber } from '../../json/exact-number.js';
import { formatMoment } from '../../monitor/report/format-figures.js';
import type { ReportSetting, TierName } from '../../monitor/report/report-facts.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { counted, formatBytes, formatCount, formatDuration } from '../../wording/wording.js';

import type { KeptName } from '../saved/option-keeping.js';
import type { RunPart } from '../saved/run-parts.js';
import type { SavedLimits, SavedSettings } from '../saved/saved-settings.js';

/** The tiers of a run and its judge, or its steps; empty for a run with one fabric. */
export function tierNames(parts: readonly RunPart[]): TierName[] {
  return parts.map(({ by, fabric, step }) => ({
    by,
    name: by === 'judge' ? `judge: ${fabric}` : `${by + 1}. ${step ?? fabric}`,
  }));
}

/** The settings that the run had last: what its limits came to, and every other option as it was given. */
export function settingFacts({ identity }: Checkpoint, saved: SavedSettings): ReportSetting[] {
  const { options, withheld, costUnit } = saved;
  return [
    ...inputsFact(identity),
    ...answersFact(identity),
    ...limitFacts(saved.limits),
    ...Object.entries(options)
      .filter(([name]) => !SHOWN_OTHERWISE.has(name))
      .map(([name, value]) => ({
        what: NAMES[name] ?? optionName(name),
        value: WORDS[name]?.(value) ?? optionWords(value),
      })),
    ...withheld.map((name) => ({ what: NAMES[name] ?? optionName(name), value: 'given, and not kept' })),
    ...(costUnit === undefined ? [] : [{ what: 'costs are counted in', value: costUnit }]),
  ];
}

/** Options of which the run's identity or its limits say more. */
const SHOWN_OTHERWISE: ReadonlySet<string> = new Set<KeptName>([
  'inputs',
  'outputColumn',
  'rateLimit',
  'concurrency',
  'batchSize',
  'attempts',
  'timeout',
]);

const NAMES: Readonly<Record<string, string>> = {
  input: 'input',
  fabric: 'fabric',
  baseUrl: 'API',
  price: 'price',
  deadLetters: 'failed rows go to',
  dedupe: 'equal rows share an answer',
};

const WORDS: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  price: (value) => {
    const read = typeof value === 'string' ? parsePrice(value) : undefined;
    return read !== undefined && 'price' in read ? describePrice(read.price) : undefined;
  },
};

function limitFacts({ rate, concurrency, batchSize, attempts, timeoutMs }: SavedLimits): ReportSetting[] {
  const facts: [string, string | number | undefined][] = [
    ['rate limit', rate === undefined || typeof rate === 'string' ? rate : rateWords(rate)],
    ['calls in flight, at most', concurrency],
    ['rows a batch', batchSize],
    ['calls a row may cost', attempts],
    ['timeout of a call', timeoutMs === undefined ? undefined : formatDuration(timeoutMs)],
  ];
  return facts.flatMap(([what, value]) => (value === undefined ? [] : [{ what, value: String(value) }]));
}

function rateWords({ calls, perMs }: { readonly calls: number; readonly perMs: number }): string {
  return `${counted(calls, 'call')} in ${formatDuration(perMs)}`;
}

/** `--max-cost` of `maxCost`. */
function optionName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function optionWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(optionWords).join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

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

/** The answer's own column; where it has none, those of its parts. */
function answersFact({ outputColumn, answerColumns }: JsonObject): ReportSetting[] {
  const what = 'answers go to';
  if (typeof outputColumn === 'string') return [{ what, value: outputColumn }];
  const parts = Array.isArray(answerColumns) ? answerColumns : [];
  if (parts.length === 0) return [];
  return [{ what, value: parts.map((part) => wordsOf(fieldOf(part, 'column'))).join(', ') }];
}

function inputsFact({ inputs }: JsonObject): ReportSetting[] {
  if (!Array.isArray(inputs)) return [{ what: 'sent of a row', value: 'all columns' }];
  const names = inputs.map((one) => {
    const [input, column] = [wordsOf(fieldOf(one, 'input')), wordsOf(fieldOf(one, 'column'))];
    return input === column ? input : `${input}=${column}`;
  });
  return [{ what: 'sent of a row', value: names.join(', ') }];
}

function fieldOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && !(value instanceof ExactNumber) ? value[name] : undefined;
}

function wordsOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
