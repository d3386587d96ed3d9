import { BULL_KEYS, runKeys, sharedKeys } from '../protocol/protocol.js';
import { QueueError } from '../protocol/queue-error.js';
import { exec } from '../redis/exec.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import { readRuns } from '../redis/run-registry.js';

/**
 * Removes everything of a run from the server, whatever its state; results that were not collected are lost.
 *
 * @throws QueueError (unknown-run; held: its coordinator lives, and `force` is not given)
 */
export async function cleanRun(
  connection: QueueConnection,
  runId: string,
  { force = false }: { readonly force?: boolean } = {},
): Promise<void> {
  const { redis, prefix } = connection;
  const run = (await readRuns(redis, prefix)).find(({ id }) => id === runId);
  if (run === undefined) {
    throw new QueueError('unknown-run', `the queue at ${connection.shownUrl} knows no run ${runId}`);
  }
  if (!force && (await redis.exists(runKeys(prefix, runId).lease)) === 1) {
    const { host, pid } = run.run.coordinator;
    throw new QueueError('held', `run ${runId} is being run by process ${pid} on ${host}: stop it first`);
  }
  await removeRun(connection, runId, run.protocol);
}

/** Removes all keys of a run. Workers notice that it is gone, and write nothing of it any more. */
export async function removeRun(
  connection: QueueConnection,
  runId: string,
  protocol?: number,
): Promise<void> {
  const { redis, prefix } = connection;
  const keys = runKeys(prefix, runId, protocol);
  const { runs, news } = sharedKeys(prefix);
  // The record first: without it no worker takes anything of the run.
  await connection.patiently(() =>
    exec(redis.pipeline().srem(runs, runId).del(keys.record).publish(news, runId)),
  );
  await connection.patiently(async () => {
    const [open, waiting, active] = (await exec(
      redis
        .pipeline()
        .smembers(keys.open)
        .lrange(keys.bull('wait'), 0, -1)
        .lrange(keys.bull('active'), 0, -1),
    )) as [string[], string[], string[]];
    const ids = [...new Set([...open, ...waiting, ...active])];
    const gone = [
      keys.lease,
      keys.done,
      keys.open,
      keys.slots,
      keys.steps,
      keys.budget,
      keys.fileAsks,
      keys.files,
      ...BULL_KEYS.map((name) => keys.bull(name)),
      ...ids.flatMap((id) => [keys.batch(id), keys.bull(id), keys.bull(`${id}:lock`)]),
    ];
    await redis.unlink(gone);
  });
}
