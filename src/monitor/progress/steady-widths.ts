import type { ProgressFact, ProgressField } from './progress-facts.js';

/** A fact that was wider than this for a while does not keep its place that wide. */
const WIDEST_KEPT = 20;

/** Facts about what holds the run up come and go as a whole, and stand last. */
const LOOSE: ReadonlySet<ProgressField> = new Set(['bar', 'holdup']);

/** Gives each fact the width that it has had at most, so that those behind it do not move when a figure gets shorter. */
export class SteadyWidths {
  readonly #texts = new Map<ProgressField, number>();
  readonly #shorts = new Map<ProgressField, number>();

  pad(fact: ProgressFact): ProgressFact {
    const { field, text, short, rank } = fact;
    if (LOOSE.has(field)) return fact;
    return {
      ...{ field, rank, text: padded(text, field, this.#texts) },
      ...(short !== undefined && { short: padded(short, field, this.#shorts) }),
    };
  }
}

function padded(text: string, field: ProgressField, widths: Map<ProgressField, number>): string {
  const width = Math.max(text.length, widths.get(field) ?? 0);
  widths.set(field, Math.min(width, WIDEST_KEPT));
  return text.padStart(width);
}
