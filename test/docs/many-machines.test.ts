import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROTOCOL } from '../../src/queue/protocol/protocol.js';
import { png } from '../fabric/attachments/tiny-files.js';
import { blocksOf, documentOf, examplesOf } from '../support/documents.js';
import { fakeModelForTest } from '../support/fake-model-for-test.js';
import { installedCheckout } from '../support/installed-checkout.js';
import { hasRedis, ownRedisForTest, redisForTest } from '../support/redis-for-test.js';
import { runBatchai } from '../support/run-batchai.js';
import { startBatchai } from '../support/start-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PAGE = documentOf('many-machines');
const EXAMPLE_URL = 'redis://127.0.0.1:6379';
const EXAMPLE_PASSWORD = 'your-password';
const REVIEWS = ['fixtures/reviews.csv', '--fabric', 'local:sentiment', '--inputs', 'title,review'];

describe.skipIf(!hasRedis)('what docs/many-machines.md says', () => {
  it('runs as written in two terminals, and gives what a run without a queue gives', async () => {
    const redis = await redisForTest();
    const checkout = await installedCheckout();
    const [worker = '', coordinator = '', ...others] = examplesOf(PAGE).map(({ lines }) =>
      lines.join('\n').replaceAll(EXAMPLE_URL, redis.url),
    );

    const terminal = checkout.start(worker);
    const { code, stdout, stderr } = await checkout.run(coordinator);
    const saidByWorker = await terminal.interrupt();

    expect(others).toEqual([]);
    expect(code).toBe(0);
    expect(stderr).toContain(`queue       ${redis.url}: workers make the calls`);
    const [header, first, second, ...status] = stdout.trimEnd().split('\n');
    expect(header).toBe('id,product_sku,stars,title,review,ai_output');
    for (const row of [first, second]) expect(row).toContain('""label""');
    expect(status).toEqual([
      'no run',
      expect.stringMatching(/^first on .* rows\/s, \d+ in flight, \d runs?$/),
    ]);
    expect(saidByWorker).toContain(`worker first at ${redis.url}, 20 calls in flight at most`);
    expect(saidByWorker).toContain('stopped; what was not finished was handed back');
    const alone = await checkout.run(
      `npx batchai run ${REVIEWS.join(' ')} -o alone.csv --queue none && cat alone.csv`,
    );
    expect(await checkout.readOut('reviews.csv')).toBe(alone.stdout);
  });

  it('names rights that suffice a coordinator, a worker and a look at the queue, and reach nothing else', async () => {
    const redis = await ownRedisForTest();
    const [, name = '', ...rights] = aclUser();
    await redis.redis.acl('SETUSER', name, ...rights);
    await redis.redis.acl(
      'SETUSER',
      'default',
      'resetkeys',
      'nocommands',
      '+acl',
      '+ping',
      '+dbsize',
      '+info',
    );
    const env = {
      BATCHAI_QUEUE_URL: redis.url.replace('//', `//${name}:${EXAMPLE_PASSWORD}@`),
      PROMPTHA_API_KEY: 'your-key',
    };
    const folder = await temporaryFolder();
    const output = join(folder, 'reviews.csv');
    const service = await fakeModelForTest({ apiKey: null });
    await writeFile(join(folder, 'red.png'), png(2, 3));
    await writeFile(join(folder, 'photos.csv'), 'photo\nred.png\n');
    const caption = `provider: openai\nmodel: own\nbaseUrl: ${service.url}\nattachments: photo\nprompt: Look.\n`;
    await writeFile(join(folder, 'caption.yaml'), caption);

    const worker = startBatchai(['worker'], { env });
    const run = await runBatchai(['run', ...REVIEWS, '--rate-limit', '30/s', '-o', output], { env });
    const withFile = await runBatchai(['run', 'photos.csv', '-f', 'caption.yaml'], { env, cwd: folder });
    const status = await runBatchai(['queue', 'status', '--json'], { env });
    const unknown = await runBatchai(['queue', 'clean', 'no-such-run'], { env });
    worker.child.kill('SIGTERM');
    const worked = await worker.finished;
    const other = await runBatchai(['queue', 'status', '--queue-prefix', '{other}'], { env });

    expect(run).toMatchObject({ code: 0 });
    expect(withFile).toMatchObject({ code: 0 });
    expect(service.requests.map(({ files }) => files.length)).toEqual([1]);
    expect(JSON.parse(status.stdout)).toMatchObject({ runs: [], workers: [{ protocol: PROTOCOL }] });
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('knows no run no-such-run') });
    expect(worked).toMatchObject({ code: 0 });
    expect(await redis.redis.dbsize()).toBe(0);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('refuses: NOPERM') });
    for (const { stdout, stderr } of [run, status, unknown, worked, other]) {
      expect(stdout + stderr).not.toContain(EXAMPLE_PASSWORD);
    }
  });
});

/** The words of the line that makes the user: `user`, its name, its rights. */
function aclUser(): string[] {
  const lines = blocksOf(PAGE).flatMap((block) => block.lines);
  return lines.find((line) => line.startsWith('user '))?.split(' ') ?? [];
}
