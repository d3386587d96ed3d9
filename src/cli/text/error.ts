import { BatchApiError } from '../../batch-api/batch-service.js';
import { FabricFileError } from '../../fabric/file/fabric-file-error.js';
import { describeBatchApiError } from './service-advice.js';

/** One line that says what happened, where, and what to do; for a fabric file, one line for each problem. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const path = 'path' in error && typeof error.path === 'string' ? ` (${error.path})` : '';
  switch (code) {
    case 'ENOSPC':
      return `the disk is full${path}; make room, then go on`;
    case 'EDQUOT':
      return `the disk quota is used up${path}; make room, then go on`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `no permission to write${path}; correct that, then go on`;
    case 'EIO':
      return `the disk failed${path}; the run may still go on from its checkpoint`;
    case 'EPIPE':
      return 'standard output was closed before the last row';
    default:
      if (error instanceof FabricFileError) return error.message;
      if (error instanceof BatchApiError) return describeBatchApiError(error);
      return error.message.replace(/\s*\n\s*/g, ' ');
  }
}
