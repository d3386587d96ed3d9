/** When a run stops: at a time of the day, or after so many ms. */
export type Deadline =
  | { readonly kind: 'at'; readonly hours: number; readonly minutes: number }
  | { readonly kind: 'after'; readonly ms: number };

/** The scorer of answers, as `--score` names it. */
export type ScoreSetting =
  | { readonly kind: 'field' | 'fabric' | 'module'; readonly text: string }
  | { readonly kind: 'schema' };

/** The tiers, as the options name them. */
export interface TierSettings {
  /** The fabrics above the first one, as `--fabric` takes them, the cheapest first. */
  readonly fabrics: readonly string[];
  readonly score: ScoreSetting;
  readonly minScore: number;
}
