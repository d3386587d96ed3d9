/** An oddity in a service's answers that a person may want to know. The run continues after it. */
export type ServiceNotice =
  | { readonly kind: 'other-model'; readonly asked: string; readonly answered: string }
  /** Figures that no call can have taken were cut to the most that one can. */
  | { readonly kind: 'absurd-usage'; readonly figure: string; readonly value: number; readonly most: number }
  /** Answers are asked for in another form, since the service does not keep to the better one. */
  | { readonly kind: 'form-lowered'; readonly from: string; readonly to: string; readonly why: string }
  /** The first calls of a run had no answer in time, each after so many ms. */
  | { readonly kind: 'timeouts'; readonly calls: number; readonly timeoutMs: number }
  /** The service counted far fewer tokens than the prompt has. */
  | { readonly kind: 'prompt-cut'; readonly characters: number; readonly tokens: number };
