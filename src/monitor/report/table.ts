import { type Html, html } from './html.js';

/** A table with a caption for screen readers, which scrolls sideways by itself. */
export function table(
  caption: string,
  columns: readonly { readonly name: string; readonly isNumber?: true }[],
  rows: readonly Html[],
): Html {
  const heads = columns.map(
    ({ name, isNumber }) => html`<th scope="col" class="${isNumber ? 'n' : ''}">${name}</th>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${rows}
</tbody></table></div>`;
}

export function number(text: string): Html {
  return html`<td class="n">${text}</td>`;
}

/** A share as a bar, beside its number. */
export function shareBar(share: number, color: string): Html {
  const width = Math.max(0.5, Math.min(100, share * 100)).toFixed(1);
  return html`<td class="share"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8"/><rect class="${color}" width="${width}" height="8"/></svg></td>`;
}
