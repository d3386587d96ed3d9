/**
 * The known name that was probably meant: other case or separators, a slip of the fingers in a third of it, or only its
 * beginning.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const wanted = bare(name);
  let nearest: string | undefined;
  let fewest = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const slips = slipsBetween(wanted, bare(candidate), fewest);
    if (slips < fewest) {
      nearest = candidate;
      fewest = slips;
    }
  }
  return nearest ?? (wanted.length >= LEAST_BEGINNING ? shortestWith(wanted, known) : undefined);
}

/** Fewer letters are the beginning of too much. */
const LEAST_BEGINNING = 3;

/** `temperature` of `temp`. */
function shortestWith(beginning: string, known: Iterable<string>): string | undefined {
  return [...known]
    .filter((candidate) => bare(candidate).startsWith(beginning))
    .sort((a, b) => a.length - b.length)[0];
}

/** ` (did you mean openai?)`, for the end of a message; empty where nothing is near. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}

/** `Product Name`, `product_name` and `productName` are the same to a reader. */
function bare(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}

/** Letters put in, left out, replaced, or swapped with their neighbour (the optimal string alignment distance). */
function slipsBetween(a: string, b: string, enough: number): number {
  if (Math.abs(a.length - b.length) >= enough) return enough;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let slips = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        slips = Math.min(slips, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(slips);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? enough;
}
