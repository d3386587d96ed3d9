import type { RunNotice } from '../run/world.js';
import { describeError } from './describe-error.js';

/** A line for a person about what went wrong beside the work. */
export function describeNotice(notice: RunNotice): string {
  switch (notice.kind) {
    case 'cache-failed':
      return `the cache cannot be used, and the run goes on without it: ${describeError(notice.error)}`;
  }
}
