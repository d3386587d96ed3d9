import { fieldsOf } from './interface-fields.js';
import { code, GENERATED, plain, table } from './markdown.js';
import { SUMMARY_EXAMPLE } from './summary-example.js';

/** A kind of JSON that batchai writes, and the interfaces that declare it, below src/. */
interface JsonForm {
  readonly heading: string;
  readonly intro: string;
  readonly interfaces: readonly (readonly [path: string, name: string, title?: string])[];
}

const FORMS: readonly JsonForm[] = [
  {
    heading: 'The summary of a run',
    intro: `\`batchai run --json\` and \`batchai retry --json\` print one line on standard output, here spread over several.
Counts are of the whole run, the parts before an interruption included.

\`\`\`json
${SUMMARY_EXAMPLE}
\`\`\``,
    interfaces: [
      ['run/outcome/summary.ts', 'RunSummary'],
      ['run/outcome/cost-summary.ts', 'CostSummary', 'and, of tokens and cost'],
      ['run/saved/parts-summary.ts', 'PartsSummary', 'and, of tiers and steps'],
      ['run/saved/parts-summary.ts', 'TokenSummary', 'each `TokenSummary`'],
      ['run/outcome/cost-summary.ts', 'SavedSummary', 'each `SavedSummary`'],
      ['run/saved/parts-summary.ts', 'TierSummary', 'each `TierSummary`'],
      ['run/saved/parts-summary.ts', 'StepSummary', 'each `StepSummary`'],
      ['monitor/latency-histogram.ts', 'LatencySummary', 'each `LatencySummary`'],
      ['monitor/run-tally.ts', 'FailureTally', 'each `FailureTally`'],
    ],
  },
  {
    heading: 'The status of a run',
    intro: `\`batchai status <output> --json\` prints one document, with \`--watch\` a line a second. Without an output it prints
\`{"runs":[…]}\`. \`next\` holds commands that can be typed next.`,
    interfaces: [
      ['run/inspect/status.ts', 'RunStatus'],
      ['run/saved/parts-summary.ts', 'PartsSummary', 'and, as in the summary'],
      ['run/inspect/rows-to-do.ts', 'RowsToDo', 'each `RowsToDo`'],
      ['checkpoint/lock.ts', 'LockHolder', 'each `LockHolder`'],
      ['run/inspect/status.ts', 'RetryStatus', 'each `RetryStatus`'],
    ],
  },
  {
    heading: 'An estimate',
    intro: `\`batchai estimate --json\` prints one line: \`input\`, \`fabric\`, these fields, \`cost\`, and with \`--sample\` a \`sample\` and a
\`forecast\` (else \`null\`). Amounts are in \`costUnit\`, times in ms.`,
    interfaces: [
      ['run/trial/count-questions.ts', 'QuestionCount'],
      ['run/trial/estimate.ts', 'CountedRun', 'and'],
      ['run/trial/compare-cost.ts', 'ComparedCost', 'its `cost`'],
      ['run/trial/compare-cost.ts', 'EstimatedCost', 'each `EstimatedCost`'],
      ['run/trial/forecast.ts', 'SampleFigures', 'the `sample`'],
      ['run/trial/forecast.ts', 'RunForecast', 'the `forecast`'],
      ['run/trial/extrapolate.ts', 'Interval', 'each `Interval`, which holds in 95 of 100 cases'],
    ],
  },
  {
    heading: 'A previewed row',
    intro: `\`batchai preview --json\` prints a line a row. A row that failed has \`error\` in place of \`answer\`:

\`\`\`text
{"row":1,"inputs":{…},"answer":…,"calls":1,"latencyMs":812.4,"usage":{"in":230,"out":83,"cached":0},"cost":0.00022,"reused":null,"tier":null}
\`\`\``,
    interfaces: [],
  },
  {
    heading: 'A dead letter',
    intro: 'A line of `<output>.dead-letters.jsonl` for each row that failed for good.',
    interfaces: [
      ['checkpoint/dead-letter.ts', 'DeadLetter'],
      ['checkpoint/dead-letter.ts', 'DeadLetterError', 'its `error`'],
    ],
  },
  {
    heading: 'An alert',
    intro: 'What `--alert` posts to a webhook, and `--alert-command` hands to a command on standard input.',
    interfaces: [['monitor/alerts/alert.ts', 'Alert']],
  },
  {
    heading: 'The status of a queue',
    intro: '`batchai queue status --json` prints one line: `{"runs":[…],"workers":[…]}`.',
    interfaces: [
      ['queue/coordinator/queue-status.ts', 'QueuedRunStatus', 'each of the `runs`'],
      ['queue/protocol/heartbeat.ts', 'Heartbeat', 'each of the `workers`'],
    ],
  },
];

/** docs/reference/json.md: the fields and their comments as the source declares them. */
export function jsonPage(): string {
  return `${GENERATED}

# JSON

Types are TypeScript's. A field that is \`null\` is not known, or does not apply.

${FORMS.map(formSection).join('\n')}`;
}

function formSection({ heading, intro, interfaces }: JsonForm): string {
  const tables = interfaces.flatMap(([path, name, title]) => [
    ...(title === undefined ? [] : [`${title.charAt(0).toUpperCase()}${title.slice(1)}:\n`]),
    table(
      ['field', 'type', 'meaning'],
      fieldsOf(path, name).map((field) => [code(field.name), code(field.type), plain(field.comment)]),
    ),
  ]);
  return [`## ${heading}\n`, `${intro}\n`, ...tables].join('\n');
}
