import type { RateLimit } from '../../limits/pace/rate-limit.js';
import { DELIMITER_NAMES } from '../../rows/detect-delimiter.js';
import { inputFormatOf } from '../../rows/format.js';
import { listedName } from '../../rows/header-names.js';
import type { BatchApiPlan } from '../../run/plan/batch-api.js';
import { type CallPlan, type FabricCalls, type StepPlan, startOf } from '../../run/plan/call-plan.js';
import type { ChainPlan, FabricPlan } from '../../run/plan/fabric.js';
import type { Plan } from '../../run/plan/plan.js';
import type { QueuePlan } from '../../run/plan/queue.js';
import { resultsInWords } from '../../wording/results-in-words.js';
import { counted, formatCount, formatDuration } from '../../wording/wording.js';
import { paint } from '../paint.js';
import type { LabelledValue } from './labelled-lines.js';
import { costFacts } from './plan/cost-facts.js';
import { queueFacts } from './plan/queue-facts.js';
import { type Beforehand, rowFacts } from './plan/row-facts.js';
import { proxyFacts } from './proxies.js';

/**
 * The plan's decisions, one a line, printed before the first call.
 *
 * @param beforehand what has been counted so soon of the rows, and of what they ask.
 * @param columns the width to keep to, in characters; endless where it is no terminal's.
 */
export function describePlan(plan: Plan, beforehand: Beforehand = {}, columns?: number): string {
  const { input, output, fabric, beginning } = plan;
  const rows: LabelledValue[] = [
    ['input', `${input.source.name} (${describeInput(plan)})`],
    ['fabric', describeFabric(fabric)],
    ...stepFacts(plan),
    ['sends', describeInputs(plan)],
    ...filesFact(plan),
    [
      'output',
      `${output.path ?? 'standard output'} (${plan.outputLayout.format}), answers in ${describeColumns(plan)}`,
    ],
    ...(plan.escapesFormulas
      ? [['', "answers that a spreadsheet would run get a ' before them"] satisfies LabelledValue]
      : []),
    ...(plan.otherColumn === undefined
      ? []
      : [
          [
            '',
            `fields that the first rows do not have go to "${plan.otherColumn}", as JSON`,
          ] satisfies LabelledValue,
        ]),
    ...(beginning.kind === 'resume' && beginning.narrower !== undefined
      ? [
          [
            '',
            `gets columns for what the new rows have: ${shortened(plan.columns.slice(beginning.narrower.length))}`,
          ] satisfies LabelledValue,
        ]
      : []),
    ['failed rows', output.deadLetters],
    ...(plan.batchApi === undefined
      ? limitsFacts(plan, plan.queue)
      : [['batch API', describeBatchApi(plan.batchApi)] satisfies LabelledValue]),
    ...queueFacts(plan),
    ...proxyFacts(plan),
    ...costFacts(plan),
    ...rowFacts(plan, beforehand),
    ...selectionFact(plan),
    ...filledFact(plan),
    ...(beginning.kind === 'new'
      ? []
      : [['resumes', describeResume(plan, beforehand)] satisfies LabelledValue]),
    ...(beginning.kind === 'new' && beginning.discards !== undefined
      ? [
          [
            'discards',
            `${counted(beginning.discards, 'row')} with a result, of the run that is there`,
          ] satisfies LabelledValue,
        ]
      : []),
    ...(beginning.kind === 'new' && beginning.startsOver !== undefined
      ? [
          [
            'starts over',
            `${beginning.startsOver} changed since, and no row was done`,
          ] satisfies LabelledValue,
        ]
      : []),
    ...(output.path === undefined || input.source.path === undefined
      ? [
          [
            'note',
            'a run from standard input or to standard output cannot be resumed',
          ] satisfies LabelledValue,
        ]
      : []),
  ];
  return planText(rows, columns);
}

/** The files that go with prompts, and whether those of the first rows are there. */
function filesFact({ files }: Plan): LabelledValue[] {
  if (files === undefined) return [];
  const { columns, rows, named, missing } = files;
  const [first] = missing;
  const gone =
    first === undefined ? '' : `, of which ${formatCount(missing.length)} cannot be read, such as ${first}`;
  return [
    [
      'files',
      `those in ${shortened(columns.map(listedName))}: ${formatCount(named)} in the first ${counted(rows, 'row')}${gone}`,
    ],
  ];
}

/** The rows that are called, where not all are. */
function selectionFact({ selection }: Plan): LabelledValue[] {
  if (selection === undefined) return [];
  const { where, sample } = selection.settings;
  const which = [
    ...(sample === undefined
      ? []
      : [`${counted(sample.rows, 'row')} drawn at random (--seed ${sample.seed})`]),
    ...(where === undefined ? [] : [`where ${where}`]),
  ];
  return [['calls', `only ${which.join(', of those ')}; the others keep their places, with an empty answer`]];
}

/** The rows that keep what they have. */
function filledFact({ filled, input }: Plan): LabelledValue[] {
  if (filled === undefined) return [];
  if (filled.answers.length === 0)
    return [['keeps', `no row yet: ${input.source.name} has none of the columns that answers go to`]];
  const names = filled.answers.map((name) => `"${name}"`);
  return [
    [
      'keeps',
      `rows with a value in ${names.length < 2 ? '' : 'each of '}${shortened(names)}, without a call`,
    ],
  ];
}

function describeBatchApi({ service, mostRows, pollMs, detaches }: BatchApiPlan): string {
  const end = detaches ? ', until everything is submitted' : '';
  return `${service}, up to ${counted(mostRows, 'row')} a batch, looked at every ${formatDuration(pollMs)} at first${end}`;
}

/** A plan's facts, one a line, under a heading; a longer one goes on below its beginning. */
export function planText(facts: readonly LabelledValue[], columns = Number.POSITIVE_INFINITY): string {
  const below = `\n${' '.repeat(LABEL_COLUMNS)}`;
  const lines = facts.map(
    ([name, value]) =>
      `  ${paint.dim(name.padEnd(LABEL_COLUMNS - 2))}${wordLines(value, columns - LABEL_COLUMNS).join(below)}\n`,
  );
  return `batchai: ${paint.bold('the plan')}\n${lines.join('')}`;
}

const LABEL_COLUMNS = 14;

/** A text in lines of whole words; a word that is longer, such as a path, has a line of its own. */
function wordLines(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length < width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The input's format, and what was detected in its first rows. */
function describeInput({ input, columns }: Plan): string {
  const { layout, delimiterBy } = input.look;
  return [
    inputFormatOf(layout),
    ...(layout.format === 'jsonl' ? [] : [counted(columns.length, 'column')]),
    ...(delimiterBy === undefined
      ? []
      : [
          `separated by ${DELIMITER_NAMES.get(layout.delimiter) ?? layout.delimiter}, as its ${delimiterBy === 'rows' ? 'rows show' : 'first line says'}`,
        ]),
    ...(layout.quoting?.kind === 'escapes' ? ['without quotes'] : []),
    ...(input.source.encoding === undefined ? [] : [`from ${input.source.encoding}`]),
  ].join(', ');
}

function describeColumns({ outputColumn, answerColumns }: Plan): string {
  const quoted = (name: string) => `"${name}"`;
  const parts = shortened(answerColumns.map(({ column }) => quoted(column)));
  if (outputColumn === undefined) return parts;
  return answerColumns.length === 0 ? quoted(outputColumn) : `${quoted(outputColumn)}, and in ${parts}`;
}

function describeInputs({ inputs, prompt, columns: all, unsent, steps }: Plan): string {
  const columns = all.filter((name) => !unsent.has(name));
  if (prompt !== undefined) {
    return prompt.columns.length === 0
      ? 'its prompt alone, the same for all rows'
      : `${steps === undefined ? 'its prompt' : 'its prompts'}, with ${shortened(prompt.columns.map(listedName))}`;
  }
  const sent = inputs?.map(({ input: name, column }) =>
    name === column ? listedName(name) : `${listedName(name)}=${listedName(column)}`,
  );
  return sent === undefined
    ? `${unsent.size === 0 ? 'all ' : ''}${counted(columns.length, 'column')}: ${shortened(columns.map(listedName))}`
    : shortened(sent);
}

/** The steps of a chain, a line each: the fabric, and when it is asked. */
export function stepFacts({
  steps = [],
}: {
  readonly steps?: readonly StepPlan[] | undefined;
}): LabelledValue[] {
  return steps.map(({ name, calls, when }, index) => {
    const { fabric } = calls;
    const what = describeFabric(fabric).replace(`${name}: `, '');
    const condition = when === undefined ? '' : `, where ${when.text}`;
    return [index === 0 ? 'steps' : '', `${name}: ${what}${condition}`];
  });
}

/** Which fabric, and where it runs. */
export function describeFabric(fabric: FabricPlan | ChainPlan): string {
  switch (fabric.kind) {
    case 'steps':
      return `${fabric.id}: ${counted(fabric.steps.length, 'step')}`;
    case 'local':
      return `${fabric.id}, on this machine`;
    case 'promptha':
      return `${fabric.id} at ${fabric.definition.baseUrl}`;
    case 'llama':
      return `${fabric.id}: ${fabric.definition.model}, on this machine`;
    case 'model':
      return `${fabric.id}: ${fabric.definition.model} at ${fabric.definition.baseUrl}`;
  }
}

/** The limits of a run; of a chain those of its steps, each once for those that share them. */
export function limitsFacts(calls: CallPlan, queue: QueuePlan | undefined): LabelledValue[] {
  const { steps } = calls;
  if (steps === undefined) return [['limits', describeLimits(startOf(calls), queue)]];
  const own = steps.filter(({ sharesWith }, index) => sharesWith === index);
  return own.map((step, index): LabelledValue => {
    const together = steps.filter(({ sharesWith }) => steps[sharesWith] === step).map(({ name }) => name);
    const whose = own.length === 1 ? '' : `${together.join(', ')}: `;
    return [index === 0 ? 'limits' : '', whose + describeLimits(step.calls, queue)];
  });
}

/** Concurrency, rate, attempts and timeout. On a queue, each worker has its own concurrency. */
function describeLimits(
  { fabric, concurrency, rate, usual = [], tokensPerMinute, attempts, timeoutMs }: FabricCalls,
  queue: QueuePlan | undefined,
): string {
  // What runs on this machine is held up by neither.
  const mayRaise = (limit: 'rate' | 'concurrency', option: string) =>
    usual.includes(limit) && fabric.kind !== 'local' ? ` (default; raise with ${option})` : '';
  const air =
    concurrency === 'auto'
      ? 'as many calls in flight as it takes'
      : `${counted(concurrency, 'call')} in flight${mayRaise('concurrency', '-c')}`;
  const most =
    rate === 'none' ? describeRate(rate) : `${describeRate(rate)}${mayRaise('rate', '--rate-limit')}`;
  return [
    ...(queue === undefined ? [air] : []),
    `${most}${queue === undefined || rate === 'none' ? '' : ' over all workers'}`,
    ...(tokensPerMinute === undefined ? [] : [`${formatCount(tokensPerMinute)} tokens a minute`]),
    `${counted(attempts, 'attempt')} of ${formatDuration(timeoutMs)}`,
  ].join(', ');
}

/** Calls in a time. */
export function describeRate(rate: RateLimit): string {
  if (rate === 'none') return 'no rate limit';
  if (rate === 'auto') return 'the rate that the service turns out to take';
  return `${counted(rate.calls, 'call')} in ${formatDuration(rate.perMs)}`;
}

function describeResume({ beginning }: Plan, { done, total }: Beforehand): string {
  if (beginning.kind === 'new') return '';
  const { rowsCommitted } = beginning.checkpoint;
  return beginning.kind === 'finished'
    ? `nothing: ${resultsInWords(rowsCommitted, rowsCommitted)}`
    : resultsInWords(done ?? rowsCommitted, total);
}

function shortened(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join(', ')}, … (${names.length})` : names.join(', ');
}
