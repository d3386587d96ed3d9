import { parseJson } from '../../json/parse-json.js';
import { stringifyJson } from '../../json/stringify-json.js';
import { counted, formatCount, formatDuration } from '../../wording/wording.js';
import type { SampleRow } from '../history/row-samples.js';
import type { SlowRow } from '../history/slowest-rows.js';
import { type Html, html } from './html.js';
import { number, shareBar, table } from './table.js';

/** The section with the slowest rows; undefined where no call was answered. */
export function slowestSection(rows: readonly SlowRow[]): Html | undefined {
  const slowest = rows[0];
  if (slowest === undefined) return undefined;
  const lines = rows.map(
    ({ row, ms, calls }) =>
      html`<tr>${number(formatCount(row))}${number(formatDuration(ms))}${shareBar(ms / slowest.ms, 'c3')}${number(formatCount(calls))}</tr>`,
  );
  return html`<section><h2>Slowest rows</h2>
${table(
  'Slowest rows',
  [
    { name: 'row', isNumber: true },
    { name: 'last call took', isNumber: true },
    { name: '' },
    { name: 'calls', isNumber: true },
  ],
  lines,
)}
</section>`;
}

/** The section with sample rows and their answers; undefined where there are none. */
export function sampleSection(samples: readonly SampleRow[], answered: number): Html | undefined {
  if (samples.length === 0) return undefined;
  const inOrder = [...samples].sort((a, b) => a.row - b.row);
  const which =
    samples.length >= answered
      ? ''
      : `${samples.length} of ${formatCount(answered)} answered rows, drawn at random.`;
  return html`<section><h2>Rows and their answers</h2><p class="note">${which}</p>
<div class="samples">${inOrder.map(sampleCard)}</div>
</section>`;
}

function sampleCard({ row, inputs, answer, calls, ms }: SampleRow): Html {
  const fields = inputs.map(([name, text]) => html`<dt><bdi>${name}</bdi></dt><dd dir="auto">${text}</dd>`);
  return html`<article class="card sample" aria-label="Row ${row}"><header><b>Row ${formatCount(row)}</b><span>${calls === 0 ? 'no call' : `${formatDuration(ms)}${calls > 1 ? `, ${counted(calls, 'call')}` : ''}`}</span></header>
<dl>${fields}</dl>
<div class="answer" dir="auto">${indented(answer)}</div></article>`;
}

/** JSON indented; other texts unchanged. */
function indented(answer: string): string {
  if (!/^[{[]/.test(answer)) return answer;
  try {
    return stringifyJson(parseJson(answer), 2);
  } catch {
    // Cut JSON, or no JSON.
    return answer;
  }
}
