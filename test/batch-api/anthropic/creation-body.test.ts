import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { creationBody } from '../../../src/batch-api/anthropic/creation-body.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

it.each([1, 2, 3, 5_000])('makes one body of the %i lines of a shard, of the size it says', async (rows) => {
  // Longer in all than what is read at once.
  const requests = Array.from({ length: rows }, (_, row) => ({
    custom_id: `a-1-${row}`,
    params: { messages: [{ role: 'user', content: `${'x, \\n '.repeat(20)}${row}` }] },
  }));
  const file = requests.map((request) => `${JSON.stringify(request)}\n`).join('');
  const path = join(await temporaryFolder(), 'shard.jsonl');
  await writeFile(path, file);

  const body = creationBody(path, Buffer.byteLength(file));

  const pieces: Uint8Array[] = [];
  for await (const piece of body.open()) pieces.push(piece);
  const sent = Buffer.concat(pieces);
  expect(sent.length).toBe(body.bytes);
  expect(JSON.parse(sent.toString())).toEqual({ requests });
});
