import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ByteRoom } from '../../../src/fabric/attachments/byte-room.js';
import { contentsOf } from '../../../src/fabric/attachments/contents.js';
import { FileBytes } from '../../../src/fabric/attachments/file-bytes.js';
import { fileRulesOf } from '../../../src/fabric/attachments/file-rules.js';
import { filesHere } from '../../../src/fabric/attachments/file-source.js';
import type { Shrinker } from '../../../src/fabric/attachments/read-attachment.js';
import { withFiles } from '../../../src/fabric/attachments/with-files.js';
import { CallError } from '../../../src/fabric/call-error.js';
import type { ModelDefinition } from '../../../src/fabric/definition.js';
import type { FabricCall, Reply } from '../../../src/fabric/fabric.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { failure } from '../model/connected.js';
import { jpeg, png } from './tiny-files.js';

const ANTHROPIC = { provider: 'anthropic', baseUrl: 'https://api.anthropic.com/v1' } as const;
const OPENAI = { provider: 'openai', baseUrl: 'https://api.openai.com/v1' } as const;
const ANSWERED: Reply = { answer: 'fine', latencyMs: 1 };

async function filesBench(
  service: Pick<ModelDefinition, 'provider' | 'baseUrl'> = OPENAI,
  answer: (call: FabricCall) => Promise<Reply> = async () => ANSWERED,
  roomBytes = 1_000_000,
  shrinker?: Shrinker,
) {
  const folder = await temporaryFolder();
  const places = { columns: ['photo'], folder };
  const bytes = new FileBytes();
  const client = { run: answer, inFlight: 0, close: async () => {} };
  const fabric = withFiles(client, {
    ...{ places, source: filesHere(bytes), rules: fileRulesOf(service) },
    ...{ room: new ByteRoom(roomBytes), shrinker },
  });
  return {
    write: (name: string, content: Buffer) => writeFile(join(folder, name), content),
    run: (photo: string, attached?: readonly string[]) =>
      fabric.run({ row: 1, inputs: { photo }, calls: 0, attempts: 0, ...(attached && { attached }) }),
    contentsOf: (photo: string) => contentsOf({ photo }, places, bytes),
    path: (name: string) => join(folder, name),
  };
}

describe('the layer that reads the files of a row', () => {
  it('hands over their base64, their type and their size, and lets go of them', async () => {
    const calls: { call: FabricCall; base64: string }[] = [];
    const { write, run } = await filesBench(OPENAI, async (call) => {
      const [file] = call.files ?? [];
      calls.push({ call, base64: file?.kind === 'file' ? file.base64.toString() : '' });
      expect(file).toMatchObject({ name: 'a.jpg', type: 'image/png', size: { width: 700, height: 900 } });
      return ANSWERED;
    });
    // Larger than what is read at once, and of a length that is no multiple of 3.
    const picture = Buffer.concat([png(700, 900), Buffer.alloc(500_000, 7)]);
    await write('a.jpg', picture);

    await run('a.jpg');

    expect(calls[0]?.base64).toBe(picture.toString('base64'));
    expect(calls[0]?.call.files).toBeUndefined();
  });

  it('has no more in memory than there is room for', async () => {
    let inCalls = 0;
    let most = 0;
    const { write, run } = await filesBench(
      OPENAI,
      async ({ files = [] }) => {
        for (const file of files) inCalls += file.kind === 'file' ? file.base64.length : 0;
        most = Math.max(most, inCalls);
        await new Promise((resolve) => setImmediate(resolve));
        for (const file of files) inCalls -= file.kind === 'file' ? file.base64.length : 0;
        return ANSWERED;
      },
      30_000,
    );
    await write('a.png', Buffer.concat([png(1, 1), Buffer.alloc(9_000)]));

    await Promise.all(Array.from({ length: 20 }, () => run('a.png')));

    expect(most).toBeGreaterThan(12_000);
    expect(most).toBeLessThanOrEqual(30_000);
  });

  it('refuses a file that is another than the one that the row was told by', async () => {
    const { write, run, contentsOf } = await filesBench();
    await write('a.png', png(1, 1));
    const looked = await contentsOf('a.png');
    expect(looked).toEqual([createHash('sha256').update(png(1, 1)).digest('hex')]);
    expect(await run('a.png', looked)).toBe(ANSWERED);
    await write('a.png', png(2, 1));

    const error = await failure(run('a.png', looked));

    expect(error.kind).toBe('unprocessable');
    expect(error.message).toBe('a.png: it was changed while the run went on; try the row again');
  });

  it.each([
    ['a folder', 'sub', 'sub: wanted a file, got a folder'],
    ['nothing', 'none.png', 'none.png: there is no such file'],
    ['an empty file', 'empty.png', 'empty.png: it is an empty file'],
  ])('refuses %s', async (_what, name, message) => {
    const { write, run, path } = await filesBench();
    await mkdir(path('sub'));
    await write('empty.png', Buffer.alloc(0));

    expect((await failure(run(name))).message).toBe(message);
  });

  it('refuses what the service does not take', async () => {
    const { write, run } = await filesBench(ANTHROPIC);
    await write('hum.wav', Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1'));
    await write('large.png', Buffer.concat([png(10, 10), Buffer.alloc(4_000_000)]));
    await write('wide.jpg', jpeg(9_000, 10));
    const errors = await Promise.all([
      failure(run('hum.wav')),
      failure(run('large.png')),
      failure(run('wide.jpg')),
      failure(run('https://x.example/hum.mp3?key=secret')),
    ]);

    expect(errors.map(({ kind, message }) => [kind, message])).toEqual([
      ['unprocessable', 'hum.wav: it is a sound (audio/wav), and Anthropic takes none'],
      [
        'too-large',
        'large.png: it has 5.1 MB in base64, and Anthropic takes a picture of 5 MB at most; maxPixels in the fabric file makes it smaller',
      ],
      [
        'too-large',
        'wide.jpg: it has 9000 × 10 pixels, and Anthropic takes 8000 a side at most; maxPixels in the fabric file makes it smaller',
      ],
      [
        'unprocessable',
        'https://x.example/hum.mp3: Anthropic fetches no sound by its URL: give the path of a file',
      ],
    ]);
  });

  it('sends a picture with too many pixels as it was made smaller, and any other as it is', async () => {
    const sent: string[] = [];
    const smaller = png(5, 5);
    const shrinker: Shrinker = {
      maxPixels: 100,
      shrink: async () => ({ type: 'image/png', bytes: smaller, size: { width: 5, height: 5 } }),
    };
    const { write, run, contentsOf } = await filesBench(
      ANTHROPIC,
      async ({ files = [] }) => {
        for (const file of files) if (file.kind === 'file') sent.push(file.base64.toString());
        return ANSWERED;
      },
      1_000_000,
      shrinker,
    );
    await write('large.png', Buffer.concat([png(20, 20), Buffer.alloc(4_000_000)]));
    await write('small.png', png(10, 10));

    await run('large.png', await contentsOf('large.png'));
    await run('small.png');

    expect(sent).toEqual([smaller.toString('base64'), png(10, 10).toString('base64')]);
  });

  it('keeps the query of a URL out of what the service says about it', async () => {
    const url = 'https://x.example/a.png?X-Signature=s3cret';
    const { run } = await filesBench(OPENAI, async () => {
      throw new CallError('bad-request', `Failed to download ${url}: 403 for /a.png?X-Signature=s3cret`, {
        status: 400,
      });
    });

    const { kind, message, details } = await failure(run(url));

    expect([kind, details.status]).toEqual(['bad-request', 400]);
    expect(message).toBe('Failed to download https://x.example/a.png: 403 for /a.png');
  });
});
