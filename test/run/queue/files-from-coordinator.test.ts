import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ByteRoom } from '../../../src/fabric/attachments/byte-room.js';
import { fileRulesOf } from '../../../src/fabric/attachments/file-rules.js';
import type { Shrinker } from '../../../src/fabric/attachments/read-attachment.js';
import { withFiles } from '../../../src/fabric/attachments/with-files.js';
import { CallError } from '../../../src/fabric/call-error.js';
import type { Inputs } from '../../../src/fabric/fabric.js';
import { PART_BYTES } from '../../../src/queue/protocol/file-ask.js';
import type { FilesElsewhere } from '../../../src/queue/worker/asked-files.js';
import { filesFromCoordinator } from '../../../src/run/queue/files-from-coordinator.js';
import { jpeg, png } from '../../fabric/attachments/tiny-files.js';

const ROW: Inputs = { front: '["a.png", "https://x.example/b.png"]', back: ' c.png', torn: '[c.png' };

/** A fabric whose files come from a coordinator that has these, by their place; asked about one row. */
function asking(
  contents: readonly (Buffer | number | { readonly problem: string })[],
  shrinker?: Shrinker,
  versions: readonly string[] = [],
) {
  const sent: string[] = [];
  const at = (place: number) => contents[place] ?? { problem: `there is no place ${place}` };
  const elsewhere: FilesElsewhere = {
    inputsOf: () => ROW,
    sizeOf: async (_row, place) => {
      const content = at(place);
      return typeof content === 'number' || 'problem' in content ? content : content.length;
    },
    read: async (_row, place, part) => {
      const content = at(place);
      if (!(content instanceof Buffer)) return { problem: 'it is not there any more' };
      const bytes = content.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
      return { bytes, sha256: sumOf(bytes), version: versions[part] ?? 'the first' };
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
    places: { columns: ['picture'], folder: '.' },
    rules: fileRulesOf({ provider: 'openai', baseUrl: 'https://api.openai.com/v1' }),
    room: new ByteRoom(20_000_000),
    source: filesFromCoordinator(elsewhere, ['front', 'torn', 'back']),
    shrinker,
  });
  const ask = (inputs: Inputs, attached?: readonly string[]) =>
    fabric.run({ row: 1, inputs, calls: 0, attempts: 0, ...(attached && { attached }) }).then(
      () => 'answered',
      (error) => (error instanceof CallError ? [error.kind, error.message] : error),
    );
  return { ask, sent };
}

function sumOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
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
    const { ask } = asking([Buffer.alloc(0)]);
    const gone = asking([{ problem: 'there is no such file' }, 20]);

    expect(await ask({ picture: 'a.png' })).toEqual(['unprocessable', 'a.png: it is an empty file']);
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

  it('come in parts, which are those of one file, also where the last one is whole', async () => {
    const large = Buffer.concat([png(3, 3), Buffer.alloc(2 * PART_BYTES + 1, 9)]);
    const whole = Buffer.concat([png(4, 4), Buffer.alloc(2 * PART_BYTES, 9)]).subarray(0, 2 * PART_BYTES);
    const { ask, sent } = asking([large, whole]);
    const changed = asking([large], undefined, ['the first', 'the first', 'the second']);

    const sums = { large: sumOf(large), whole: sumOf(whole) };
    expect(await ask({ picture: 'a.png' }, [sums.large])).toBe('answered');
    expect(await ask({ picture: 'c.png' }, [sums.whole])).toBe('answered');
    expect(sent.map((one) => one.split(' ', 1)[0] === large.toString('base64'))).toEqual([true, false]);
    expect(sent[1] === `${whole.toString('base64')} {"width":4,"height":4}`).toBe(true);
    expect(await changed.ask({ picture: 'a.png' })).toEqual([
      'unprocessable',
      'a.png: it changed while it was read',
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
    expect(large.equals(made[0] as Buffer)).toBe(true);
    expect(sent).toEqual([`${png(5, 5).toString('base64')} {"width":5,"height":5}`]);
  });
});
