/** At most this many failed rows: a number, or a share (0 to 1) of the rows done. */
export type MaxErrors = { readonly rows: number } | { readonly share: number };

/** Calls in flight: a number, or adapted to limits and latency. */
export type Concurrency = number | 'auto';
