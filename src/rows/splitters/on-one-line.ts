/** JSON on one line: no string holds a line end as it is, and between two tokens a space will do. */
export function onOneLine(json: string): string {
  const text = json.trim();
  return text.includes('\n') || text.includes('\r') ? text.replace(/\s*[\r\n]\s*/g, ' ') : text;
}
