/** When a run is to be over: at a time of the day, or after so many ms. */
export type Deadline =
  | { readonly kind: 'at'; readonly hours: number; readonly minutes: number }
  | { readonly kind: 'after'; readonly ms: number };

/** Who says how good an answer is, as it was asked for. */
export type ScoreSetting =
  | { readonly kind: 'field' | 'fabric' | 'module'; readonly text: string }
  | { readonly kind: 'schema' };

/** The tiers that were asked for. */
export interface TierSettings {
  /** The fabrics above the first one, as `--fabric` takes them, the cheapest first. */
  readonly fabrics: readonly string[];
  readonly score: ScoreSetting;
  readonly minScore: number;
}
