/** JSON on one line: JSON's strings hold no raw line ends, so each one stands between tokens and may be a space. */
export function onOneLine(json: string): string {
  const text = json.trim();
  return text.includes('\n') || text.includes('\r') ? text.replace(/\s*[\r\n]\s*/g, ' ') : text;
}
