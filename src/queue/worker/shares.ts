/** Divides so many calls into so many parts that differ by at most one; none is smaller than 1. */
export function shares(calls: number, parts: number): number[] {
  const each = Math.floor(calls / Math.max(1, parts));
  const larger = calls - each * parts;
  return Array.from({ length: parts }, (_, index) => Math.max(1, index < larger ? each + 1 : each));
}
