import { formatCount, formatDuration } from '../monitor/wording.js';
import type { CallPlan } from '../run/compose.js';
import type { Plan } from '../run/plan.js';

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
  return `batchai: the plan\n${rows.map(([name, value]) => `  ${name.padEnd(12)}${value}\n`).join('')}`;
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
