/** Something that is open, a file say. */
export interface Closable {
  close(): Promise<void>;
}

/**
 * Closes all of them, also where one fails: on a full disk, what is left open would keep the disk busy.
 *
 * @throws the first failure.
 */
export async function closeAll(open: readonly (Closable | undefined)[]): Promise<void> {
  const closings = await Promise.allSettled(open.map((one) => one?.close()));
  const failed = closings.find((closing) => closing.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
