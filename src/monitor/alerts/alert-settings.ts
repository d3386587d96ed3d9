/** Whom to tell, and of what. What is undefined is not looked at. */
export interface AlertSettings {
  /** URLs with a password in them: never print them. */
  readonly webhooks: readonly string[];
  /** For a shell. */
  readonly commands: readonly string[];
  /** Of the rows of the last five minutes, 0 to 1. */
  readonly errorRate: number | undefined;
  readonly slow: { readonly factor: number; readonly expectedMs: number } | undefined;
  readonly stallMs: number | undefined;
  /** Also tell that the run has finished. */
  readonly finish: boolean;
}
