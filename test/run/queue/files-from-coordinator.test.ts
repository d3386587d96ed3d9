import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ByteRoom } from '../../../src/fabric/attachments/byte-room.js';
import { fileRulesOf } from '../../../src/fabric/attachments/file-rules.js';
import type { Shrinker } from '../../../src/fabric/attachments/read-attachment.js';
import { withFiles } from '../../../src/fabric/attachments/with-files.js';
import { CallError } from '../../../src/fabric/call-error.js';
import type { Inputs } from '../../../src/fabric/fabric.js';
import type { FilesElsewhere } from '../../../src/queue/worker/asked-files.js';
import { filesFromCoordinator } from '../../../src/run/queue/files-from-coordinator.js';
import { jpeg, png } from '../../fabric/attachments/tiny-files.js';

const ROW: Inputs = { front: '["a.png", "https://x.example/b.png"]', back: ' c.png', torn: '[c.png' };

/** A fabric whose files come from a coordinator that has these, by their place; asked about one row. */
function asking(
  contents: readonly (Buffer | number | { readonly problem: string })[],
  shrinker?: Shrinker,
  columns = ['picture'],
) {
  const sent: string[] = [];
  const at = (place: number) => contents[place] ?? { problem: `there is no place ${place}` };
  const elsewhere: FilesElsewhere = {
    inputsOf: () => ROW,
    sizeOf: async (_row, place) => {
      const content = at(place);
      return typeof content === 'number' || 'problem' in content ? content : content.length;
    },
    read: async (_row, place) => {
      const bytes = at(place);
      if (!(bytes instanceof Buffer)) return { problem: 'it is not there any more' };
      return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
    },
  };
  const client = {
    run: async ({ files = [] }: { files?: readonly object[] | undefined }) => {
      for (const file of files) {
        if ('base64' in file && 'size' in file) sent.push(`${file.base64} ${JSON.stringify(file.size)}`);
      }
      return { answer: 'fine', latencyMs: 1 };
    },
    inFlight: 0,
    close: async () => {},
  };
  const fabric = withFiles(client, {
    places: { columns, folder: '.' },
    rules: fileRulesOf({ provider: 'openai', baseUrl: 'https://api.openai.com/v1' }),
    room: new ByteRoom(1_000_000),
    source: filesFromCoordinator(elsewhere, ['front', 'torn', 'back']),
    shrinker,
  });
  const ask = (inputs: Inputs) =>
    fabric.run({ row: 1, inputs, calls: 0, attempts: 0 }).then(
      () => 'answered',
      (error) => (error instanceof CallError ? [error.kind, error.message] : error),
    );
  return { ask, sent };
}

describe('files that a coordinator sends', () => {
  it('are asked for by their place in the row, whatever the input is called that names them', async () => {
    const { ask, sent } = asking([png(1, 1), png(2, 2)]);

    expect(await ask({ picture: 'c.png' })).toBe('answered');
    expect(await ask({ picture: 'a.png' })).toBe('answered');

    expect(sent).toEqual([
      `${png(2, 2).toString('base64')} {"width":2,"height":2}`,
      `${png(1, 1).toString('base64')} {"width":1,"height":1}`,
    ]);
  });

  it('fail the call in the words of one machine, and where the row names no such file', async () => {
    const { ask } = asking([Buffer.alloc(0), 300 * 1024 * 1024]);
    const gone = asking([{ problem: 'there is no such file' }, 20]);

    expect(await ask({ picture: 'a.png' })).toEqual(['unprocessable', 'a.png: it is an empty file']);
    expect(await ask({ picture: 'c.png' })).toEqual([
      'too-large',
      'c.png: it has 300 MB, and files of 256 MB at most are sent to workers',
    ]);
    expect(await gone.ask({ picture: 'a.png' })).toEqual(['unprocessable', 'a.png: there is no such file']);
    expect(await gone.ask({ picture: 'c.png' })).toEqual([
      'unprocessable',
      'c.png: it is not there any more',
    ]);
    expect(await ask({ picture: '/etc/motd.png' })).toEqual([
      'unprocessable',
      '/etc/motd.png: the row does not name it, and only files that rows name are sent to workers',
    ]);
  });

  it('have the size of a picture whose head is long, and are made smaller from their bytes', async () => {
    const made: (string | Buffer)[] = [];
    const shrinker: Shrinker = {
      maxPixels: 100,
      shrink: async (picture) => {
        made.push(picture);
        return { type: 'image/png', bytes: png(5, 5), size: { width: 5, height: 5 } };
      },
    };
    const large = jpeg(700, 900, 60_000, 60_000, 60_000, 60_000);
    const { ask, sent } = asking([large], shrinker);

    expect(await ask({ picture: 'a.png' })).toBe('answered');

    expect(made).toHaveLength(1);
    expect(made[0]).toBe(large);
    expect(sent).toEqual([`${png(5, 5).toString('base64')} {"width":5,"height":5}`]);
  });
});
