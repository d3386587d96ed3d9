/** What can be done about the failures of a kind. */
export type FailureAdvice =
  /** Another try may be answered. */
  | { readonly kind: 'retry' }
  /** Another try would end the same way: what to change first. */
  | { readonly kind: 'change'; readonly what: string };

const RETRY: FailureAdvice = { kind: 'retry' };

const CHANGES: Readonly<Record<string, string>> = {
  'bad-request': 'the service refuses what it is asked: correct the row, or the prompt and parameters',
  unprocessable:
    'the service cannot use these fields, or a file that they name: correct the row, bring the file, or choose what is sent with --inputs',
  'too-large': 'shorten the row or its files, or take a model with a larger context with -f',
  refused: 'the model or its filter declined: reword the row or the prompt, or take another model with -f',
  truncated: 'the answer was cut off: raise the longest answer (max_tokens) in the fabric file',
  unreadable: 'it is not in the output: correct it in the input, and run that again',
};

/** The kinds of failures that another try may mend, and whether there are others. */
export function mendable(kinds: readonly string[]): {
  readonly retry: readonly string[];
  readonly others: boolean;
} {
  const retry = kinds.filter((kind) => adviceOnFailures(kind).kind === 'retry');
  return { retry, others: retry.length < kinds.length };
}

/**
 * Whether another try may mend failures of a kind, and otherwise what may.
 *
 * @example adviceOnFailures('truncated').kind; // 'change'
 */
export function adviceOnFailures(kind: string): FailureAdvice {
  const what = Object.hasOwn(CHANGES, kind) ? CHANGES[kind] : undefined;
  return what === undefined ? RETRY : { kind: 'change', what };
}
