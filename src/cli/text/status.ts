import { costForAll } from '../../monitor/progress/progress-facts.js';
import type { NextStep } from '../../run/inspect/next-steps.js';
import type { RunStatus } from '../../run/inspect/status.js';
import { shellCommand } from '../../run/settings/shell-command.js';
import { resultsInWords } from '../../wording/results-in-words.js';
import { counted, formatCost, formatCount, formatDuration, nounFor } from '../../wording/wording.js';
import type { LabelledValue } from './labelled-lines.js';

const BAR_WIDTH = 30;

/**
 * A run's status in a few lines, of which all but the commands fit into 80 columns.
 *
 * @param host this machine: a process here needs no place named.
 */
export function describeStatus(status: RunStatus, host: string): string {
  const facts: LabelledValue[] = [
    ['state', stateWords(status, host)],
    ['fabric', status.fabric],
    ...rowsFacts(status),
    ...rateFact(status),
    ...(status.heldUp === null ? [] : [['held up', status.heldUp] satisfies LabelledValue]),
    ...failureFacts(status),
    ['calls', callsWords(status)],
    ...costFact(status),
    ...partFacts(status),
    ['saved', savedWords(status)],
    ...retryFact(status),
    ...batchFacts(status),
    ...nextFacts(status),
  ];
  const lines = facts.map(([name, value]) => `  ${name.padEnd(8)} ${value}\n`);
  return `${status.output}\n${barLine(status)}${lines.join('')}`;
}

/** The same in one line, for a log. */
export function statusLine(status: RunStatus): string {
  const { output, state, rows, failed, retries, steps, timeLeftMs, savedAgoMs } = status;
  const { now, overall } = status.rowsPerSecond;
  return [
    `${output}: ${state}`,
    `${resultsInWords(rows.done, rows.total)}${shareWords(rows.share)}`,
    ...(state === 'running' ? [`${formatCount(now ?? overall ?? 0)}/s`] : []),
    ...(steps.length === 0
      ? []
      : [`answered ${steps.map(({ step, answered }) => `${step} ${formatCount(answered)}`).join(', ')}`]),
    ...(failed === 0 ? [] : [`${formatCount(failed)} failed`]),
    ...(retries === 0 ? [] : [counted(retries, 'retry', 'retries')]),
    ...(timeLeftMs === null ? [] : [`${formatDuration(timeLeftMs)} left`]),
    `saved ${formatDuration(savedAgoMs)} ago`,
  ].join(', ');
}

/** `5,210/12,000`, or the rows done where the total is not known. */
export function countOf(done: number, total: number | null): string {
  return total === null ? formatCount(done) : `${formatCount(done)}/${formatCount(total)}`;
}

function shareWords(share: number | null): string {
  return share === null ? '' : ` (${Math.floor(share * 100)} %)`;
}

function barLine({ rows: { share } }: RunStatus): string {
  if (share === null) return '';
  const full = Math.round(share * BAR_WIDTH);
  return `  ${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${Math.floor(share * 100)} %\n`;
}

function stateWords({ state, stoppedBy, process: holder }: RunStatus, host: string): string {
  const who =
    holder === null ? '' : `process ${holder.pid}${holder.host === host ? '' : ` on ${holder.host}`}`;
  switch (state) {
    case 'running':
      return `running, ${who}`;
    case 'killed':
      return `killed: ${who} died without releasing the lock; it can be resumed`;
    case 'stopped':
      return `stopped${stoppedBy === null ? '' : `: ${stoppedBy}`}; it can be resumed`;
    default:
      return state;
  }
}

function rowsFacts({ rows, succeeded, failed }: RunStatus): LabelledValue[] {
  return [
    ['rows', resultsInWords(rows.done, rows.total)],
    ['', `${formatCount(succeeded)} answered + ${formatCount(failed)} failed`],
  ];
}

function rateFact({ rowsPerSecond: { now, overall }, timeLeftMs, elapsedMs }: RunStatus): LabelledValue[] {
  const parts = [
    ...(now === null ? [] : [`${formatCount(now)} rows/s now`]),
    ...(overall === null ? [] : [`${formatCount(overall)}${now === null ? ' rows/s' : ''} overall`]),
  ];
  const took = `, ${formatDuration(elapsedMs)} of work`;
  const left = timeLeftMs === null ? '' : `, about ${formatDuration(timeLeftMs)} left`;
  return parts.length === 0 ? [] : [['rate', `${parts.join(', ')}${took}${left}`]];
}

function failureFacts({ failures }: RunStatus): LabelledValue[] {
  return Object.entries(failures)
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([kind, { count, rows }], index) => {
      const examples = [...rows].sort((a, b) => a - b).join(', ');
      const words = `${kind}: ${formatCount(count)} (${nounFor(count, 'row')} ${examples}${count > rows.length ? ', …' : ''})`;
      return [index === 0 ? 'failed' : '', words];
    });
}

function callsWords({ calls, retries, latency, reused, keptFilled }: RunStatus): string {
  const took =
    latency.p50 === 0
      ? ''
      : `; ${formatDuration(latency.p50)} (median), ${formatDuration(latency.p99)} (p99)`;
  const sum = reused.inRun + reused.fromCache;
  const without = sum === 0 ? '' : `; ${counted(sum, 'row')} needed none`;
  const kept = keptFilled === 0 ? '' : `; ${counted(keptFilled, 'row')} kept as they were`;
  return `${formatCount(calls)}, ${formatCount(retries)} of them retries${took}${without}${kept}`;
}

function costFact({ cost, costUnit, costIsGuess, tokens, unpricedCalls, rows }: RunStatus): LabelledValue[] {
  const all = costForAll(cost ?? 0, rows);
  const hasTokens = tokens.in + tokens.out > 0;
  if ((cost === null || cost === 0) && !hasTokens) return [];
  const parts = [
    ...(cost === null || costUnit === null
      ? []
      : [`${formatCost(cost, costUnit)}${costIsGuess ? ' at a guessed price' : ''}`]),
    ...(all === undefined || costUnit === null ? [] : [`about ${formatCost(all, costUnit)} for all`]),
    ...(hasTokens
      ? [
          `${counted(tokens.in, 'token')} in${tokens.cached === 0 ? '' : ` (${formatCount(tokens.cached)} cached)`}`,
          `${formatCount(tokens.out)} out`,
        ]
      : []),
    ...(cost === null || unpricedCalls === 0
      ? []
      : [`${counted(unpricedCalls, 'call')} of unknown price besides`]),
  ];
  return [[cost === null ? 'tokens' : 'cost', parts.join(', ')]];
}

/** A line a tier or step, cut to its name, its rows, its calls and its cost. */
function partFacts({ tiers, steps, costUnit, costIsGuess }: RunStatus): LabelledValue[] {
  const took = ({ calls, cost }: { readonly calls: number; readonly cost: number | null }): string =>
    `${counted(calls, 'call')}${cost === null ? '' : `, ${costIsGuess ? '~' : ''}${formatCost(cost, costUnit ?? '')}`}`;
  const lines = [
    ...tiers.map(({ fabric, role, asked, kept, ...part }) =>
      role === 'judge'
        ? `judge ${fabric}: ${counted(asked, 'answer')}, ${took(part)}`
        : `${fabric}: ${counted(asked, 'row')}, ${formatCount(kept)} kept, ${took(part)}`,
    ),
    ...steps.map(
      ({ step, asked, answered, ...part }) =>
        `${step}: ${counted(asked, 'row')}, ${formatCount(answered)} answered, ${took(part)}`,
    ),
  ];
  return lines.map((line, index) => [index > 0 ? '' : steps.length > 0 ? 'steps' : 'tiers', line]);
}

function savedWords({ savedAgoMs, savedAt }: RunStatus): string {
  return `${formatDuration(savedAgoMs)} ago (${savedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')})`;
}

function retryFact({ retry }: RunStatus): LabelledValue[] {
  if (retry === null) return [];
  const done = `${formatCount(retry.succeeded)} answered + ${formatCount(retry.failed)} failed again so far`;
  return [['retry', `${retry.state}, ${done}`]];
}

/** The batches that are out, the first few by themselves. */
function batchFacts({ batches }: RunStatus): [string, string][] {
  if (batches === undefined) return [];
  const { service, out, waiting, openRows } = batches;
  const sum = [
    `${counted(out.length, 'batch', 'batches')} out at ${service}`,
    ...(waiting === 0 ? [] : [`${formatCount(waiting)} to be created`]),
    ...(openRows === 0 ? [] : [`${counted(openRows, 'row')} to be sent again`]),
  ];
  const each = out.slice(0, SHOWN_BATCHES).map(({ id, rows, word, done, ageMs, expiresInMs }) => {
    const count = done === null ? counted(rows, 'row') : `${formatCount(done)}/${counted(rows, 'row')}`;
    const expiry = expiresInMs === null ? '' : `, ${formatDuration(Math.max(0, expiresInMs))} to its expiry`;
    return `${id}: ${word}, ${count}, for ${formatDuration(ageMs)}${expiry}`;
  });
  const more = out.length > SHOWN_BATCHES ? [`and ${formatCount(out.length - SHOWN_BATCHES)} more`] : [];
  return [sum.join(', '), ...each, ...more].map((words, index) => [index === 0 ? 'batches' : '', words]);
}

const SHOWN_BATCHES = 5;

const WORDS: Readonly<Record<NextStep['what'], string>> = {
  resume: 'go on',
  retry: 'retry',
  failures: 'mend',
  report: 'report',
};

function nextFacts({ next, state }: RunStatus): LabelledValue[] {
  const isStopped = state === 'stopped' || state === 'killed';
  const isKnown = next.some(({ what }) => what === 'resume');
  return [
    ...(isStopped && !isKnown
      ? [['go on', 'not possible: its input was standard input'] satisfies LabelledValue]
      : []),
    ...next.map(({ what, words, comment }): LabelledValue => [WORDS[what], shellCommand(words, comment)]),
  ];
}
