import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bodyText } from '../../../src/fabric/http/body-text.js';
import { connected, failure } from '../model/connected.js';

const BODY = Buffer.from('{"greeting":"grüß dich"}');
const MOST = 1_000;

describe('a body', () => {
  it.each<[string, Buffer, string | string[] | undefined]>([
    ['plain', BODY, undefined],
    ['behind a byte order mark', Buffer.concat([Buffer.from('\ufeff'), BODY]), undefined],
    ['by name as it is', BODY, 'identity'],
    ['gzip', gzipSync(BODY), 'gzip'],
    ['gzip, by its old name and in capitals', gzipSync(BODY), 'X-GZIP'],
    ['deflate', deflateSync(BODY), 'deflate'],
    ['deflate without its frame', deflateRawSync(BODY), 'deflate'],
    ['br', brotliCompressSync(BODY), 'br'],
    ['one after the other', brotliCompressSync(gzipSync(BODY)), 'gzip, br'],
    ['one after the other, in two headers', brotliCompressSync(gzipSync(BODY)), ['gzip', 'br']],
  ])('is read: %s', (_what, body, encodings) => {
    expect(bodyText(body, encodings, MOST)).toBe(BODY.toString());
  });

  it.each<[string, Buffer, string, string]>([
    [
      'larger than allowed once it is decoded',
      gzipSync(Buffer.alloc(MOST + 1)),
      'gzip',
      'larger than 1000 bytes',
    ],
    [
      'larger than allowed, of br',
      brotliCompressSync(Buffer.alloc(MOST + 1)),
      'br',
      'larger than 1000 bytes',
    ],
    ['what it is not', BODY, 'gzip', 'no gzip'],
    ['half of it', gzipSync(BODY).subarray(0, 20), 'gzip', 'no gzip'],
    ['in a way that nobody knows', BODY, 'zstd', 'encoded as zstd'],
  ])('fails: %s', (_what, body, encodings, words) => {
    expect(() => bodyText(body, encodings, MOST)).toThrow(
      expect.objectContaining({ kind: 'bad-answer', message: expect.stringContaining(words) }),
    );
  });
});

describe('a compressed answer of a service', () => {
  const answer = JSON.stringify({
    choices: [{ message: { role: 'assistant', content: 'A mug' }, finish_reason: 'stop' }],
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is the answer (%s)', async (encoding, compress) => {
    const { run } = await connected(
      {},
      {
        behave: () => ({ kind: 'bytes', bytes: compress(answer), headers: { 'content-encoding': encoding } }),
      },
    );

    expect((await run()).answer).toBe('A mug');
  });

  it('is bounded as one that is not compressed', async () => {
    const bytes = gzipSync(Buffer.alloc(11 * 1024 * 1024, ' '));
    const { run } = await connected(
      {},
      { behave: () => ({ kind: 'bytes', bytes, headers: { 'content-encoding': 'gzip' } }) },
    );

    expect(await failure(run())).toMatchObject({
      kind: 'bad-answer',
      message: 'the answer is larger than 10485760 bytes',
    });
  });

  it('that refuses is a refusal, also where nobody can read it', async () => {
    const { run } = await connected(
      {},
      { behave: () => ({ kind: 'status', status: 429, body: '?', headers: { 'content-encoding': 'zstd' } }) },
    );

    expect((await failure(run())).kind).toBe('rate-limit');
  });
});
