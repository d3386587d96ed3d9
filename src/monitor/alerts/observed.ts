/** What conditions are judged by. It is added to at every row, so it holds nothing but numbers, and knows no time. */
export interface Observed {
  /** Rows that got a result since this process began. */
  rows: number;
  /** Of these, rows that failed. */
  failed: number;
  /** The part of the budget that is used, 0 to 1. */
  budgetUsed: number;
}

export function nothingObserved(): Observed {
  return { rows: 0, failed: 0, budgetUsed: 0 };
}
