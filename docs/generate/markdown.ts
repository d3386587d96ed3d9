/** What stands at the head of a page that is generated. */
export const GENERATED =
  '<!-- `npm run docs` writes this page from the source. Change the source instead. -->';

/** A table of cells that are Markdown already. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

/** Text so that Markdown shows it as it is, in a cell of a table too. */
export function plain(text: string): string {
  return text.replace(/[<|*]/g, '\\$&');
}

/** Code in a cell of a table. */
export function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
