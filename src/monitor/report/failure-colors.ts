/** The page has so many colours for kinds of failures; what comes after them shares the last. */
const COLORS = 8;

/** The name of the colour of a kind, the same in chart and table. */
export function failureColor(kinds: readonly string[], kind: string): string {
  return `f${Math.min(COLORS, kinds.indexOf(kind) + 1)}`;
}
