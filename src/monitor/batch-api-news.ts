/** What happens to the batches of a run at a service. Whoever watches need not do anything about it. */
export type BatchApiNews =
  /** A batch was created, or one whose creation had no answer was found. */
  | {
      readonly kind: 'created';
      readonly shard: number;
      readonly batch: string;
      readonly rows: number;
      readonly how: 'answered' | 'found';
    }
  /** The service's own word for what it does with a batch, where it is another than before. */
  | { readonly kind: 'phase'; readonly shard: number; readonly batch: string; readonly word: string }
  /** The results of a batch are here. */
  | {
      readonly kind: 'collected';
      readonly shard: number;
      readonly batch: string;
      readonly answered: number;
      readonly failed: number;
      /** Rows that go into a later batch. */
      readonly open: number;
    }
  /** Nothing is out any more: the rows without a result are called live. */
  | { readonly kind: 'live' }
  /** The service takes no more batches for now. */
  | { readonly kind: 'later'; readonly shard: number; readonly message: string }
  /** A shard is too large for the service's queue, which holds so many tokens: its rows go into smaller ones. */
  | { readonly kind: 'split'; readonly shard: number; readonly rows: number; readonly tokens: number }
  /** A request had no answer and is made again. */
  | { readonly kind: 'trying-again'; readonly shard: number; readonly message: string }
  /** A batch is not there any more, and what it did may be billed. */
  | {
      readonly kind: 'gone';
      readonly shard: number;
      readonly batch: string;
      readonly rows: number;
      readonly message: string;
    }
  /** Lines in a batch's results that are no result of its rows; they count for nothing. */
  | {
      readonly kind: 'odd-lines';
      readonly shard: number;
      readonly foreign: number;
      readonly duplicate: number;
      readonly unreadable: number;
    }
  /** Files at the service could not be removed. */
  | { readonly kind: 'not-removed'; readonly shard: number; readonly message: string }
  /** The run is over, and batches are out all the same: of rows that the input lost since they were sent. */
  | { readonly kind: 'still-out'; readonly batches: number };
