import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readShardLog, ShardLog } from '../../../src/run/shards/shard-log.js';
import { smallDisk } from '../../support/small-disk.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('the log of shards', () => {
  it('can be read after a disk that was full for a while', async ({ skip }) => {
    const folder = await temporaryFolder();
    const refusal = await smallDisk(folder);
    if (refusal !== undefined) skip(refusal);
    const path = join(folder, 'shards.jsonl');
    const log = await ShardLog.open(path);
    await log.note({ step: 'opened', at: 0, service: 'OpenAI', key: '' });
    await writeFile(join(folder, 'other'), Buffer.alloc(4 * 1024 * 1024)).catch(() => {});

    const noted: number[] = [];
    const failure = await noteUntilFull(log, noted);
    await rm(join(folder, 'other'));
    await log.note({ step: 'live', at: -1 });
    await log.close();

    expect(failure).toMatchObject({ code: 'ENOSPC' });
    const { records } = await readShardLog(path);
    expect(records.map(({ at }) => at)).toEqual([0, ...noted, -1]);
  });
});

async function noteUntilFull(log: ShardLog, noted: number[]): Promise<unknown> {
  for (let at = 1; ; at++) {
    try {
      await log.note({ step: 'live', at });
      noted.push(at);
    } catch (error) {
      return error;
    }
  }
}
