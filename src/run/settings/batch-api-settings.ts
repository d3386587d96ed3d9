import type { Deadline } from './cost-settings.js';

/**
 * What becomes of the rows of a batch that is gone at the service, which may have billed them: the run stops, or they
 * are sent again, or they are dead letters.
 */
export type GoneBatches = 'stop' | 'again' | 'dead-letter';

/** The settings of the service's batch API. */
export interface BatchApiSettings {
  readonly pollMs?: number;
  /** Rows a batch at most. */
  readonly rows?: number;
  /** Tokens of prompts that may wait at the service at once. */
  readonly tokens?: number;
  /** True if the run ends when everything is submitted. */
  readonly detach?: boolean;
  /** When open batches are cancelled and their rows called live. */
  readonly liveAfter?: Deadline;
  readonly goneBatches?: GoneBatches;
  /** True if files and batches are left at the service. */
  readonly keepRemote?: boolean;
}
