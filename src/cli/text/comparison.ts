import {
  type Agreement,
  type ComparedFabric,
  type ComparedOutcome,
  type ComparedRow,
  type Comparison,
  costText,
  guessNote,
} from '../../monitor/comparison/comparison-facts.js';
import { visibleText } from '../../monitor/visible-text.js';
import { counted, formatCount, formatDuration } from '../../wording/wording.js';
import { sideBySide, wrapped } from './side-by-side.js';

/** A row: what was sent, and below it the answers beside each other. */
export function comparedRowText(
  row: ComparedRow,
  fabrics: readonly ComparedFabric[],
  columns: number,
): string {
  const head = `── row ${row.row} `;
  const line = `${head}${'─'.repeat(Math.max(0, columns - head.length))}\n`;
  const inputs = wrapped(row.inputs.map(([name, value]) => `${name}: ${value}`).join('\n'), columns);
  const answers = row.outcomes.map(
    (outcome, index) => `▸ ${fabrics[index]?.name ?? ''}${noteOn(outcome)}\n${answerText(outcome)}`,
  );
  return `${line}${inputs.map((text) => `${text}\n`).join('')}${sideBySide(answers, columns)}`;
}

function noteOn({ kind, latencyMs, score }: ComparedOutcome): string {
  const facts = [
    ...(kind === 'answer' && latencyMs > 0 ? [formatDuration(latencyMs)] : []),
    ...(score === null ? [] : [`score ${formatScore(score)}`]),
  ];
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`;
}

function answerText({ kind, text, parts }: ComparedOutcome): string {
  if (kind === 'failure') return `failed, ${text}`;
  if (parts.size === 0) return text;
  return [...parts].map(([name, value]) => `${name}: ${value}`).join('\n');
}

/** The figures of the fabrics in a table, and how often they agree. */
export function comparisonTable({ fabrics, agreement, rows, scorer }: Comparison): string {
  const asked = rows.length;
  const table = [
    ['', ...fabrics.map(({ name }) => visibleText(name))],
    ['answered', ...fabrics.map(({ answered }) => `${formatCount(answered)} of ${formatCount(asked)}`)],
    ['a call takes', ...fabrics.map(({ latency }) => durationText(latency.mean))],
    ['95 % within', ...fabrics.map(({ latency }) => durationText(latency.p95))],
    ['1,000 rows cost', ...fabrics.map(costText)],
    ...(scorer === undefined
      ? []
      : [[`score (${scorer})`, ...fabrics.map(({ score }) => (score === null ? '–' : formatScore(score)))]]),
    ...(agreement.rows === 0
      ? []
      : [
          [
            `same as ${visibleText(fabrics[0]?.name ?? '')}`,
            ...agreement.withFirst
              .slice(0, fabrics.length)
              .map((count, index) =>
                index === 0 ? '–' : `${formatCount(count)} of ${formatCount(agreement.rows)}`,
              ),
          ],
        ]),
  ];
  const note = guessNote(fabrics);
  return `${alignedLines(table)}${note === undefined ? '' : `${note}\n`}${agreementText(agreement, fabrics.length)}`;
}

/** Where answers are objects, agreement by part says more than that of all. */
function agreementText({ rows, all, byPart }: Agreement, fabrics: number): string {
  if (rows === 0) return 'no row was answered by all of them\n';
  const parts = byPart.map(({ part, all: same }) => `${visibleText(part)} on ${formatCount(same)}`);
  const some = byPart.length > 1 ? ` (${parts.join(', ')})` : '';
  return `${fabrics === 2 ? 'both' : 'all'} agree on ${formatCount(all)} of ${counted(rows, 'row')}${some}\n`;
}

function alignedLines(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((line) => (line[column] ?? '').length)),
  );
  return table
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function durationText(ms: number): string {
  return ms === 0 ? '–' : formatDuration(ms);
}

/** Two decimals. */
export function formatScore(score: number): string {
  return String(Number(score.toFixed(2)));
}

/** The comparison as JSON, indented. */
export function comparisonJson({ input, fabrics, rows, agreement, scorer }: Comparison): string {
  const listed = rows.map((row) => ({
    row: row.row,
    inputs: Object.fromEntries(row.inputs),
    outcomes: row.outcomes.map(({ kind, text, latencyMs, cost, score }, index) => ({
      fabric: fabrics[index]?.name,
      ...(kind === 'answer' ? { answer: text, latencyMs } : { error: text }),
      cost,
      score,
    })),
  }));
  return `${JSON.stringify({ input, fabrics, agreement, scorer: scorer ?? null, rows: listed }, null, 2)}\n`;
}
