import { open } from 'node:fs/promises';

/** A form as it was sent: its fields, and the one file in it, written to disk. */
export interface ReadForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly file: { readonly name: string; readonly path: string; readonly bytes: number } | undefined;
}

/** Reads multipart/form-data (RFC 7578) with one file, which goes to `path` as it comes. */
export async function readForm(
  body: AsyncIterable<Buffer>,
  contentType: string,
  path: string,
): Promise<ReadForm | undefined> {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined || !/^multipart\/form-data/i.test(contentType)) return undefined;
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const handle = await open(path, 'w');
  const fields = new Map<string, string>();
  let file: ReadForm['file'];
  let written = 0;
  let part: { name: string; fileName: string | undefined; text: string } | undefined;
  // The first delimiter has no line end before it.
  let buffer: Buffer = Buffer.from('\r\n');
  const take = async (bytes: Buffer) => {
    if (part?.fileName === undefined) {
      if (part !== undefined) part.text += bytes.toString('utf8');
      return;
    }
    await handle.write(bytes);
    written += bytes.length;
  };
  const endPart = () => {
    if (part === undefined) return;
    if (part.fileName === undefined) fields.set(part.name, part.text);
    else file = { name: part.fileName, path, bytes: written };
  };
  try {
    for await (const piece of body) {
      buffer = Buffer.concat([buffer, piece]);
      for (;;) {
        const at = buffer.indexOf(delimiter);
        const headEnd = at === -1 ? -1 : buffer.indexOf('\r\n\r\n', at + delimiter.length);
        if (at === -1) {
          const sure = Math.max(0, buffer.length - delimiter.length);
          await take(buffer.subarray(0, sure));
          buffer = buffer.subarray(sure);
          break;
        }
        const isLast = buffer.toString('latin1', at + delimiter.length, at + delimiter.length + 2) === '--';
        if (!isLast && headEnd === -1) break;
        await take(buffer.subarray(0, at));
        endPart();
        if (isLast) {
          part = undefined;
          buffer = Buffer.alloc(0);
          break;
        }
        part = { ...headOf(buffer.toString('utf8', at + delimiter.length, headEnd)), text: '' };
        buffer = buffer.subarray(headEnd + 4);
      }
    }
  } finally {
    await handle.close();
  }
  return { fields, file };
}

function headOf(head: string): { name: string; fileName: string | undefined } {
  const disposition = /content-disposition:[^\r\n]*/i.exec(head)?.[0] ?? '';
  return {
    name: /[; ]name="([^"]*)"/.exec(disposition)?.[1] ?? '',
    fileName: /filename="([^"]*)"/.exec(disposition)?.[1],
  };
}
