/** HTML text: made by `html`, or the page's own styles and scripts. Never wrap a row's text in it. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | undefined | readonly Html[];

/**
 * Makes HTML of a template. Values in `${…}` are escaped as text, between tags and in quoted attributes; only `Html`
 * values stay as they are. Undefined becomes nothing.
 *
 * @example
 * html`<td>${'a < b'}</td>`.text; // '<td>a &lt; b</td>'
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? '';
  for (const [index, part] of parts.entries()) text += written(part) + (strings[index + 1] ?? '');
  return new Html(text);
}

/** A JSON element for the page's script, whose content cannot end the element. */
export function jsonElement(id: string, value: unknown): Html {
  // The end of a script element and the start of a comment in it both need this character.
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return new Html(`<script type="application/json" id="${escaped(id)}">${json}</script>`);
}

function written(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('\n');
  return escaped(String(part));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
