import { formatCount, nounFor } from '../../wording/wording.js';
import type { ExamplesSnapshot, FailureExample } from '../history/failure-examples.js';
import type { FailureTally } from '../run-tally.js';
import { formatShare } from './format-figures.js';
import { type Html, html } from './html.js';
import { failureColor } from './page/style.js';
import { number, shareBar, table } from './table.js';

export interface Failures {
  /** The most frequent first. */
  readonly kinds: readonly string[];
  readonly tallies: Readonly<Record<string, FailureTally>>;
  readonly examples: ExamplesSnapshot;
  /** True if failed rows were run again since, so that some examples may have an answer now. */
  readonly retried: boolean;
}

/** The section with errors by kind and example rows. */
export function failureTable(failures: Failures): Html {
  const { kinds, tallies } = failures;
  if (kinds.length === 0) return html`<section><h2>Errors</h2><p class="empty">No row failed.</p></section>`;
  const failed = kinds.reduce((sum, kind) => sum + (tallies[kind]?.count ?? 0), 0);
  const rows = kinds.map((kind) => {
    const count = tallies[kind]?.count ?? 0;
    const color = failureColor(kinds, kind);
    return html`<tr><th scope="row"><i class="swatch ${color}"></i>${kind}</th>${number(formatCount(count))}${number(formatShare(count / failed))}${shareBar(count / failed, color)}</tr>
<tr class="below"><td colspan="4">${examplesOf(failures, kind)}</td></tr>`;
  });
  return html`<section><h2>Errors by kind</h2>
${table(
  'Errors by kind',
  [{ name: 'kind' }, { name: 'rows', isNumber: true }, { name: 'share', isNumber: true }, { name: '' }],
  rows,
)}
</section>`;
}

function examplesOf(failures: Failures, kind: string): Html {
  const { tallies, examples, retried } = failures;
  const rows = tallies[kind]?.rows ?? [];
  const shown = (examples[kind] ?? []).filter(({ row }) => !retried || rows.includes(row));
  if (shown.length === 0) return html`${nounFor(rows.length, 'row')} ${rows.join(', ')}`;
  return html`<ul class="examples">${shown.map(exampleItem)}</ul>`;
}

function exampleItem({ row, message, inputs }: FailureExample): Html {
  const fields = inputs.map(
    ([name, text]) => html`<span><b><bdi>${name}</bdi></b> <bdi>${text}</bdi></span>`,
  );
  return html`<li><details><summary><span class="row">row ${formatCount(row)}</span> <bdi>${message}</bdi></summary><div class="fields">${fields}</div></details></li>`;
}
