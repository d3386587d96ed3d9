import { formatCount, formatDuration } from '../monitor/wording.js';
import type { CallPlan } from '../run/compose.js';
import type { Plan } from '../run/plan.js';
import { paint } from './paint.js';

/** What the plan decided, in a few lines, before the first call. */
export function describePlan(plan: Plan): string {
  const { input, output, fabric, beginning } = plan;
  const { layout } = input.look;
  const sent =
    plan.inputs?.map(({ input: name, column }) => (name === column ? name : `${name}=${column}`)) ??
    plan.columns;
  const rows: [string, string][] = [
    [
      'input',
      `${input.source.name} (${layout.format}${layout.format === 'jsonl' ? '' : `, ${plan.columns.length} columns`})`,
    ],
    [
      'fabric',
      fabric.kind === 'local' ? `${fabric.id}, on this machine` : `${fabric.id} at ${fabric.baseUrl}`,
    ],
    ['sends', `${plan.inputs === undefined ? `all ${plan.columns.length} columns: ` : ''}${shortened(sent)}`],
    [
      'output',
      `${output.path ?? 'standard output'} (${plan.outputLayout.format}), answers in "${plan.outputColumn}"`,
    ],
    ['failed rows', output.deadLetters],
    ['limits', describeLimits(plan)],
    ...(plan.limit === undefined
      ? []
      : [['rows', `only the first ${formatCount(plan.limit)}`] satisfies [string, string]]),
    ...(beginning.kind === 'new' ? [] : [['resumes', describeResume(plan)] satisfies [string, string]]),
    ...(output.path === undefined || input.source.path === undefined
      ? [
          ['note', 'a run from standard input or to standard output cannot be resumed'] satisfies [
            string,
            string,
          ],
        ]
      : []),
  ];
  return planText(rows);
}

/** A plan's facts, one a line, under a heading. */
export function planText(facts: readonly (readonly [string, string])[]): string {
  const lines = facts.map(([name, value]) => `  ${paint.dim(name.padEnd(12))}${value}\n`);
  return `batchai: ${paint.bold('the plan')}\n${lines.join('')}`;
}

export function describeLimits({ concurrency, rate, attempts, timeoutMs }: CallPlan): string {
  const pace =
    rate === 'none' ? 'no rate limit' : `${formatCount(rate.calls)} calls in ${formatDuration(rate.perMs)}`;
  return `${concurrency} calls in the air, ${pace}, ${attempts} attempts of ${formatDuration(timeoutMs)}`;
}

function describeResume({ beginning }: Plan): string {
  if (beginning.kind === 'new') return '';
  const rows = formatCount(beginning.checkpoint.rowsCommitted);
  return beginning.kind === 'finished'
    ? `nothing: all ${rows} rows are done`
    : `after ${rows} rows that are done`;
}

function shortened(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join(', ')}, … (${names.length})` : names.join(', ');
}
