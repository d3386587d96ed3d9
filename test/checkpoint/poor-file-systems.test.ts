import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LockHeldError, takeLock } from '../../src/checkpoint/lock.js';
import { removeForGood } from '../../src/checkpoint/publish.js';
import { replaceFile } from '../../src/checkpoint/replace-file.js';
import { changeFileSystem } from '../support/file-system.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Numbers that no process has. */
const ONE = 900_000_001;
const OTHER = 900_000_002;

function machine(pid: number, ...others: number[]) {
  const running = new Set([pid, ...others]);
  return { pid, isRunning: (asked: number) => running.has(asked) };
}

describe.each(['EPERM', 'ENOTSUP', 'ENOSYS'])('where hard links fail with %s', (linkFails) => {
  it('a lock is held by one process, and goes to the next when that is gone', async () => {
    const folder = await temporaryFolder();
    changeFileSystem({ linkFails });

    const first = await takeLock(folder, machine(ONE));
    await expect(takeLock(folder, machine(OTHER, ONE))).rejects.toThrow(LockHeldError);
    await first.release();
    await takeLock(folder, machine(ONE));
    const next = await takeLock(folder, machine(OTHER));
    onTestFinished(() => next.release());

    expect(JSON.parse(await readFile(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: OTHER });
  });

  it('a lock that another process has made this moment, and not yet written, is held', async () => {
    const folder = await temporaryFolder();
    changeFileSystem({ linkFails });
    await writeFile(join(folder, 'lock'), '');

    await expect(takeLock(folder, machine(ONE))).rejects.toThrow(/is just taking this run/);
  });
});

describe('where folders cannot be flushed', () => {
  it.each(['EINVAL', 'ENOTSUP', 'ENOSYS'])(
    'files are replaced all the same (%s)',
    async (folderSyncFails) => {
      const path = join(await temporaryFolder(), 'checkpoint.json');
      changeFileSystem({ folderSyncFails });

      await replaceFile(path, 'new');

      expect(await readFile(path, 'utf8')).toBe('new');
    },
  );

  it('a disk that failed is told', async () => {
    const path = join(await temporaryFolder(), 'checkpoint.json');
    changeFileSystem({ folderSyncFails: 'EIO' });

    await expect(replaceFile(path, 'new')).rejects.toMatchObject({ code: 'EIO' });
  });
});

it('flushes the removal of a file, so that no power failure brings it back', async () => {
  const path = join(await temporaryFolder(), 'dead.jsonl');
  await writeFile(path, '{"row":1}\n');
  const heard: string[] = [];
  changeFileSystem({ heard: (what) => heard.push(what) });

  await removeForGood(path);

  expect(heard).toEqual([`removed ${path}`, `flushed ${dirname(path)}`]);
});
