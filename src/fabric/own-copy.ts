/** Characters; a part of a text that has fewer is a copy already. */
const SHORTEST_SLICE = 13;

/** A part of a text, for keeping: V8 holds the whole text in memory for a part of 13 characters or more. */
export function ownCopy(part: string): string {
  return part.length < SHORTEST_SLICE ? part : Buffer.from(part, 'utf16le').toString('utf16le');
}
