/** Time as those who watch a run see it; the clock of the limits is one. */
export interface WatchClock {
  /** In ms, from any beginning; never goes back. */
  now(): number;
  /** The date and time, in ms since 1970. */
  wallNow(): number;
  /** Calls `wake` once, about `ms` from now. Gives the function that calls it off. */
  after(ms: number, wake: () => void): () => void;
}
