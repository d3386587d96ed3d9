import { describe, expect, it } from 'vitest';
import {
  formatRequestId,
  idPattern,
  lineOfShard,
  parseRequestId,
  runMark,
} from '../../../src/run/batch-api/request-id.js';

const RUN = runMark('1F2E3D4C-0000-4000-8000-000000000000');
const ID = { run: RUN, shard: 7, row: 1_201, crc: 0xffff_ffff };

describe('the id of a request', () => {
  it('comes back as it was, and fits every service', () => {
    const text = formatRequestId({ ...ID, shard: 999_999_999, row: Number.MAX_SAFE_INTEGER - 1e15 });

    expect(parseRequestId(formatRequestId(ID))).toEqual(ID);
    expect(text).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });

  it('is none of ours where it is anything else', () => {
    for (const text of ['', 'r-1', '1f2e3d4c-7-1201', 'bai-1f2e3d4c-7-1', '1f2e3d4c-7-1201-UPPER']) {
      expect(parseRequestId(text), text).toBeUndefined();
    }
  });

  it('is found in its line, whatever a row says, and changes its shard alone', () => {
    const text = `a "${formatRequestId({ ...ID, row: 9 })}" in a text`;
    const line = JSON.stringify({ custom_id: formatRequestId(ID), body: { text } });

    const moved = lineOfShard(line, ID, 8);

    expect(idPattern(RUN).exec(line)?.[1]).toBe(formatRequestId(ID));
    expect(JSON.parse(moved)).toEqual({ custom_id: formatRequestId({ ...ID, shard: 8 }), body: { text } });
  });
});
