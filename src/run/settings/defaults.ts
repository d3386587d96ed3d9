/** Rows a batch has where `--batch-size` is not given. */
export const DEFAULT_BATCH_SIZE = 50;

/** Calls that a row may cost where `--attempts` is not given. */
export const DEFAULT_ATTEMPTS = 3;

/** How long a call may take where `--timeout` is not given, in ms. */
export const DEFAULT_TIMEOUT_MS = 60_000;
