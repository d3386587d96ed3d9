import { BatchApiError, type BatchHandle, type RemoteBatch } from './batch-service.js';

/**
 * Asks for the end of a batch that is not ending. Services refuse to cancel one that has ended, so it is looked at
 * before and, where the request fails, once more.
 *
 * @throws BatchApiError where it was refused, and the batch goes on.
 */
export async function cancelBatch(
  batch: BatchHandle,
  poll: (batch: BatchHandle) => Promise<RemoteBatch>,
  request: () => Promise<unknown>,
): Promise<void> {
  if (isEnding(await poll(batch))) return;
  try {
    await request();
  } catch (error) {
    // It ended meanwhile, or the first of two requests was heard.
    if (!(error instanceof BatchApiError) || !isEnding(await poll(batch))) throw error;
  }
}

function isEnding({ phase }: RemoteBatch): boolean {
  return phase === 'ended' || phase === 'cancelling';
}
