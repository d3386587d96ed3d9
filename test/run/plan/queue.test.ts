import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describePlan } from '../../../src/cli/text/plan.js';
import { QueueError } from '../../../src/queue/protocol/queue-error.js';
import { decideQueue } from '../../../src/run/plan/queue.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { planIn } from '../planning.js';

const SECRET = 'pk-secret';
const URL = `rediss://worker:${SECRET}@queue.test:6380/2`;

describe('the queue of a run', () => {
  it('is none where nobody names one', () => {
    expect(decideQueue({ environment: {} })).toBeUndefined();
    expect(decideQueue({ environment: { BATCHAI_QUEUE_URL: '' } })).toBeUndefined();
  });

  it('is that of the option, else that of the environment', () => {
    const environment = { BATCHAI_QUEUE_URL: 'redis://env.test' };

    expect(decideQueue({ queue: 'redis://option.test', environment })?.url).toBe('redis://option.test');
    expect(decideQueue({ environment })?.url).toBe('redis://env.test');
    expect(decideQueue({ queue: 'none', environment })).toBeUndefined();
  });

  it('is shown without user and password', () => {
    expect(decideQueue({ queue: URL, environment: {} })).toEqual({
      url: URL,
      prefix: '{batchai}',
      shownUrl: 'rediss://queue.test:6380/2',
    });
  });

  it.each([
    ['another protocol', { queue: `http://me:${SECRET}@queue.test` }],
    ['no URL', { queue: `me:${SECRET}@queue.test` }],
    ['a prefix without braces', { queue: 'redis://queue.test', queuePrefix: 'mine' }],
  ])('is refused for %s, without showing a secret', (_what, settings) => {
    const decide = () => decideQueue({ ...settings, environment: {} });

    expect(decide).toThrow(QueueError);
    expect(decide).not.toThrow(new RegExp(SECRET));
  });
});

describe('a run on a queue', () => {
  async function folderWithRows(): Promise<string> {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'rows.csv'), 'id,name\n1,mug\n');
    return folder;
  }

  it('says so in its plan, and keeps the password to itself', async () => {
    const plan = await planIn(await folderWithRows(), { queue: URL });

    expect(describePlan(plan)).toContain('rediss://queue.test:6380/2: workers make the calls');
    expect(describePlan(plan)).not.toContain('10 calls in flight');
    expect(describePlan(plan)).not.toContain(SECRET);
    expect(JSON.stringify([plan.identity, plan.savedSettings])).not.toContain('queue.test');
  });
});
