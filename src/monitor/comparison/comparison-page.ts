import { createHash } from 'node:crypto';
import { counted, formatCount, formatDuration } from '../../wording/wording.js';
import { Html, html } from '../report/html.js';
import { STYLE } from '../report/page/style.js';
import { number, table } from '../report/table.js';
import {
  type ComparedFabric,
  type ComparedOutcome,
  type ComparedRow,
  type Comparison,
  costText,
  guessNote,
} from './comparison-facts.js';

/** Beyond the report's style: the answers of a row beside each other, one below the other where there is no room. */
const OWN_STYLE = `
.rows { display: grid; gap: 16px; margin-top: 12px; }
.rows .sample dl { max-height: none; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
.answers section { border-top: 1px solid var(--line); min-width: 0; }
.answers h3 { padding: 8px 16px 0; font-size: 13px; }
.answers h3 span { color: var(--muted); font-weight: 400; margin-left: 8px; }
.answers .answer { border-top: 0; background: none; max-height: none; padding-top: 4px; }
.answers .failed { color: var(--bad); }
.differs { color: var(--warn); }
`;

/** The comparison as one self-contained HTML page without scripts. */
export function comparisonPage(comparison: Comparison): string {
  const { input, fabrics, rows } = comparison;
  const style = `${STYLE}${OWN_STYLE}`;
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;
  const names = fabrics.map(({ name }) => name).join(', ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="generator" content="batchai compare">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${input}: ${names} compared</title>
<style>${new Html(style)}</style>
</head>
<body>
<header class="top"><h1><bdi>${input}</bdi></h1>
<p class="when">${counted(rows.length, 'row')}, each through ${names}</p></header>
<main>
${figures(comparison)}
<section><h2>Rows</h2><div class="rows">${rows.map((row) => rowCard(row, fabrics))}</div></section>
</main>
</body>
</html>
`.text;
}

function figures({ fabrics, agreement, scorer, rows }: Comparison): Html {
  const isScored = scorer !== undefined;
  const columns = [
    { name: 'fabric' },
    { name: 'answered', isNumber: true },
    { name: 'a call takes', isNumber: true },
    { name: '95 % within', isNumber: true },
    { name: '1,000 rows cost', isNumber: true },
    ...(isScored ? [{ name: `score (${scorer})`, isNumber: true } as const] : []),
    { name: 'same as the first', isNumber: true },
  ] as const;
  const lines = fabrics.map(
    (fabric, index) =>
      html`<tr><th scope="row"><bdi>${fabric.name}</bdi></th>${number(`${formatCount(fabric.answered)} of ${formatCount(rows.length)}`)}${number(durationText(fabric.latency.mean))}${number(durationText(fabric.latency.p95))}${number(costText(fabric))}${isScored ? number(scoreText(fabric.score)) : undefined}${number(index === 0 ? '–' : `${formatCount(agreement.withFirst[index] ?? 0)} of ${formatCount(agreement.rows)}`)}</tr>`,
  );
  const note = guessNote(fabrics);
  const parts = agreement.byPart.map(({ part, all }) => `${part} on ${formatCount(all)}`).join(', ');
  const agreed = `All agree on ${formatCount(agreement.all)} of ${counted(agreement.rows, 'row')} that all answered${parts === '' ? '' : ` (${parts})`}.`;
  return html`<section><h2>Fabrics</h2>
${table('Fabrics', columns, lines)}
<p class="note">${agreed}</p>
${note === undefined ? undefined : html`<p class="note">${note}</p>`}</section>`;
}

function rowCard({ row, inputs, outcomes }: ComparedRow, fabrics: readonly ComparedFabric[]): Html {
  const fields = inputs.map(([name, text]) => html`<dt><bdi>${name}</bdi></dt><dd dir="auto">${text}</dd>`);
  const isOne = new Set(outcomes.map(({ text }) => text)).size <= 1;
  const mark = isOne ? html`<span>all the same</span>` : html`<span class="differs">differs</span>`;
  return html`<article class="card sample" aria-label="Row ${row}"><header><b>Row ${formatCount(row)}</b>${mark}</header>
<dl>${fields}</dl>
<div class="answers">${outcomes.map((outcome, index) => answerOf(outcome, fabrics[index]?.name ?? ''))}</div></article>`;
}

function answerOf(outcome: ComparedOutcome, name: string): Html {
  const { kind, text, parts, latencyMs, score } = outcome;
  const notes = [
    ...(latencyMs > 0 ? [formatDuration(latencyMs)] : []),
    ...(score === null ? [] : [`score ${scoreText(score)}`]),
  ].join(', ');
  const shown = parts.size === 0 ? text : [...parts].map(([part, value]) => `${part}: ${value}`).join('\n');
  return html`<section><h3><bdi>${name}</bdi><span>${notes}</span></h3>
<div class="answer ${kind === 'failure' ? 'failed' : ''}" dir="auto">${shown}</div></section>`;
}

function durationText(ms: number): string {
  return ms === 0 ? '–' : formatDuration(ms);
}

function scoreText(score: number | null): string {
  return score === null ? '–' : String(Number(score.toFixed(2)));
}
