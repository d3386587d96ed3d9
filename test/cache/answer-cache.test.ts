import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileCache } from '../../src/cache/answer-cache.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function aCache(): Promise<FileCache> {
  return new FileCache({
    folder: join(await temporaryFolder(), 'kept'),
    fingerprint: { model: 'asked' },
    ttlMs: undefined,
    wallNow: () => Date.now(),
    onFailed: (error) => expect.unreachable(error.message),
  });
}

it('an answer is found with the model that gave it, also where another row has the same answer', async () => {
  const cache = await aCache();

  await cache.keep('one', { answer: 'red', model: 'another' });
  await cache.keep('two', { answer: 'red' });

  expect(await cache.find('one')).toEqual({ answer: 'red', model: 'another' });
  expect(await cache.find('two')).toEqual({ answer: 'red' });
});

it('an answer that looks like an entry is an answer', async () => {
  const cache = await aCache();
  const answer = { answer: 'red', model: 'another' };

  await cache.keep('one', { answer });

  expect(await cache.find('one')).toEqual({ answer });
});
