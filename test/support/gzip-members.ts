import { gunzipSync, inflateRawSync } from 'node:zlib';

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;

/** The members of a gzip file (RFC 1952, 2.2) whose headers have no optional fields, such as Node writes them. */
export function gzipMembers(bytes: Buffer): { text: string; bytes: Buffer }[] {
  const members: { text: string; bytes: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { engine } = inflateRawSync(bytes.subarray(at + HEADER_BYTES), { info: true }) as unknown as {
      engine: { bytesWritten: number };
    };
    const end = at + HEADER_BYTES + engine.bytesWritten + TRAILER_BYTES;
    const member = bytes.subarray(at, end);
    members.push({ text: gunzipSync(member).toString(), bytes: member });
    at = end;
  }
  return members;
}
