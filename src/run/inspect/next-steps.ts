import { dirname, join } from 'node:path';
import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import { checkpointFolder } from '../../checkpoint/folder.js';
import type { RunState } from '../../monitor/report/report-facts.js';
import { type InputFormat, inputKindOfName } from '../../rows/format.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { fabricOfSaved, type SavedSettings, tiersOfSaved } from '../plan/saved-settings.js';
import { quotingOfSaved } from '../plan/written-as.js';
import { nameInList } from '../settings/name-list.js';

/** A command to type, as its words. */
export interface NextStep {
  readonly what: 'resume' | 'retry' | 'report';
  readonly words: readonly string[];
}

export interface WhereItIs {
  readonly output: string;
  readonly folder: string;
  readonly state: RunState;
  readonly checkpoint: Checkpoint;
  readonly failed: number;
  readonly retry: 'running' | 'interrupted' | undefined;
}

/** What can be done next with a run: to resume it, to retry its failed rows, to look at a report. */
export function nextSteps(where: WhereItIs): NextStep[] {
  const { output, state, retry } = where;
  const steps: NextStep[] = [];
  const resume = state === 'stopped' || state === 'killed' ? resumeWords(where) : undefined;
  if (resume !== undefined) steps.push({ what: 'resume', words: resume });
  const mayRetry = state === 'finished with failures' || retry === 'interrupted';
  if (mayRetry && retry !== 'running')
    steps.push({ what: 'retry', words: ['batchai', 'retry', output, ...checkpointOption(where)] });
  steps.push({ what: 'report', words: ['batchai', 'report', output, ...checkpointOption(where)] });
  return steps;
}

/**
 * The command that goes on with the run: with all that makes it the same run. Limits may differ, and are the defaults
 * where they are not repeated; the rate is what a service minds. Undefined where the input was a stream, or where an
 * older version has not kept its name.
 */
function resumeWords({ output, folder, checkpoint }: WhereItIs): string[] | undefined {
  const saved = checkpoint.settings as SavedSettings;
  const { identity } = checkpoint;
  if (saved.input === undefined) return undefined;
  const input = join(dirname(output), saved.input);
  return [
    ...['batchai', 'run', input, '--fabric', fabricOfSaved(saved, output)],
    ...formatOptions('--format', identity.input, input),
    ...delimiterOption(identity.input),
    ...writtenAsOptions(identity.input, identity.output),
    ...unless('--bad-rows', saved.badRows, undefined),
    ...listOption('--inputs', identity.inputs, inputWord),
    ...['--output', output],
    ...formatOptions('--output-format', identity.output, output),
    ...unless('--output-column', identity.outputColumn, 'ai_output'),
    ...listOption('--columns', identity.answerColumns, (column) => nameInList(text(column.property))),
    ...(Array.isArray(identity.metaColumns) ? ['--meta-columns'] : []),
    ...tierOptions(saved, output),
    ...rateOption(saved.rate),
    ...unless('--base-url', saved.baseUrl, 'https://api.promptha.com/v1'),
    ...checkpointOption({ output, folder }),
    ...deadLettersOption(saved, output),
    '--resume',
  ];
}

function checkpointOption({ output, folder }: Pick<WhereItIs, 'output' | 'folder'>): string[] {
  return unless('--checkpoint', folder, checkpointFolder(output));
}

function deadLettersOption({ deadLetters }: SavedSettings, output: string): string[] {
  const path = deadLetters === undefined ? undefined : join(dirname(output), deadLetters);
  return unless('--dead-letters', path, join(`${output}.dead-letters.jsonl`));
}

function formatOptions(option: string, layout: JsonValue | undefined, name: string): string[] {
  const format = isObject(layout) ? layout.format : undefined;
  const named: InputFormat | undefined = inputKindOfName(name)?.format;
  return unless(option, format, named);
}

function delimiterOption(layout: JsonValue | undefined): string[] {
  if (!isObject(layout) || layout.format === 'jsonl' || layout.format === 'json') return [];
  return unless('--delimiter', layout.delimiter, layout.format === 'tsv' ? '\t' : ',');
}

function writtenAsOptions(input: JsonValue | undefined, output: JsonValue | undefined): string[] {
  const { encoding, skipLines } = isObject(input) ? input : {};
  const quoting = quotingOfSaved(input) ?? quotingOfSaved(output);
  return [
    ...unless('--encoding', encoding, undefined),
    ...(typeof skipLines === 'number' ? ['--skip-lines', String(skipLines)] : []),
    ...(quoting === undefined ? [] : ['--quote', quoting.kind === 'escapes' ? 'none' : quoting.quote]),
    ...(quoting === undefined ? [] : ['--escape', quoting.escape]),
  ];
}

function tierOptions(saved: SavedSettings, output: string): string[] {
  const tiers = tiersOfSaved(saved, output);
  if (tiers === undefined) return [];
  const { fabrics, score, minScore } = tiers;
  return [
    ...fabrics.flatMap((fabric) => ['--tier', fabric]),
    ...['--score', score.kind === 'schema' ? 'schema' : `${score.kind}:${score.text}`],
    ...['--min-score', String(minScore)],
  ];
}

const UNITS: Readonly<Record<number, string>> = { 1000: 's', 60000: 'min', 3600000: 'h' };

function rateOption(rate: SavedSettings['rate']): string[] {
  if (typeof rate === 'string') return ['--rate-limit', rate];
  const unit = rate && UNITS[rate.perMs];
  return unit === undefined ? [] : ['--rate-limit', `${rate?.calls}/${unit}`];
}

function inputWord({ input, column }: JsonObject): string {
  const [name, from] = [nameInList(text(input)), nameInList(text(column))];
  return name === from ? name : `${name}=${from}`;
}

function listOption(
  option: string,
  list: JsonValue | undefined,
  word: (item: JsonObject) => string,
): string[] {
  return Array.isArray(list) ? [option, list.filter(isObject).map(word).join(',')] : [];
}

function unless(option: string, value: JsonValue | undefined, usual: string | undefined): string[] {
  return typeof value !== 'string' || value === usual ? [] : [option, value];
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
