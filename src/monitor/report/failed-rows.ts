import { formatCount } from '../../wording/wording.js';
import { type Html, html } from './html.js';

/** A row that failed, cut to what fits on a page. */
export interface FailedRow {
  readonly row: number;
  readonly kind: string;
  /** Undefined where no service answered. */
  readonly status: number | undefined;
  readonly message: string;
  readonly fields: readonly (readonly [name: string, text: string])[];
}

export interface FailedRows {
  /** The first ones, in input order. */
  readonly rows: readonly FailedRow[];
  /** How many there are. */
  readonly count: number;
}

/** The section with the failed rows and a field to search them; undefined where none failed. */
export function failedRowSection({ rows, count }: FailedRows): Html | undefined {
  if (rows.length === 0) return undefined;
  const which = rows.length < count ? `The first ${formatCount(rows.length)} of ${formatCount(count)}.` : '';
  return html`<section id="failed-rows"><h2>Failed rows</h2>
<p class="search"><label>Search <input type="search" autocomplete="off" spellcheck="false"></label> <output></output> <span class="note">${which}</span></p>
<ul class="examples card failed-rows">${rows.map(rowItem)}</ul>
</section>`;
}

function rowItem({ row, kind, status, message, fields }: FailedRow): Html {
  const shown = fields.map(([name, text]) => html`<span><b><bdi>${name}</bdi></b> <bdi>${text}</bdi></span>`);
  const what = status === undefined ? kind : `${kind}, ${status}`;
  return html`<li><details><summary><span class="row">row ${formatCount(row)}</span> <span class="kind">${what}</span> <bdi>${message}</bdi></summary><div class="fields">${shown}</div></details></li>`;
}
