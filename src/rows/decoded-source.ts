import iconv from 'iconv-lite';
import { type ByteSource, skipBytes } from './byte-source.js';

/** Codecs of iconv-lite that are no encodings of text. */
const NO_TEXT: ReadonlySet<string> = new Set(['base64', 'hex', 'internal']);

const UTF_8 = /^utf-?8$/i;
const UNICODE = /^(utf|ucs)/i;

/** No UTF-8 text holds this byte: a reader takes what could not be decoded for what it is, unreadable. */
const UNDECODABLE = Buffer.from([0xff]);
const REPLACEMENT = /\ufffd/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Byte order marks (Unicode 16, 23.8), the longest first, since that of UTF-16 begins that of UTF-32. */
const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
const LONGEST_MARK = 4;

/** Is there a decoder of that name? Names are those of the WHATWG's list and others, such as `windows-1252`. */
export function isKnownEncoding(name: string): boolean {
  return iconv.encodingExists(name) && !NO_TEXT.has(name.toLowerCase());
}

/** The encoding that a byte order mark tells; undefined where there is none, or that of UTF-8. */
export async function encodingByMark(source: ByteSource): Promise<string | undefined> {
  let head = Buffer.alloc(0);
  for await (const chunk of source.look()) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= LONGEST_MARK) break;
  }
  return MARKS.find(([, mark]) => head.subarray(0, mark.length).equals(Buffer.from(mark)))?.[0];
}

/**
 * A source whose bytes are UTF-8 text, made of text in another encoding. Offsets are those of the UTF-8 text: as in a
 * compressed file, what is before one is read and passed over, but not parsed again.
 */
export function decodedSource(source: ByteSource, encoding: string): ByteSource {
  if (UTF_8.test(encoding)) return source;
  return {
    ...source,
    encoding,
    look: () => decoded(source.look(), encoding),
    read: (offset) => skipBytes(decoded(source.read(0), encoding), offset),
  };
}

async function* decoded(chunks: AsyncIterable<Buffer>, encoding: string): AsyncIterable<Buffer> {
  // A mark that the file has is kept, so that the output has it too.
  const decoder = iconv.getDecoder(encoding, { stripBOM: false });
  const isUnicode = UNICODE.test(encoding);
  /** Of a character outside the basic plane, whose other half is still to come. */
  let half = '';
  let held = Buffer.alloc(0);
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const cut = isUnicode ? bytes.length : endOfWhole(bytes);
    held = Buffer.from(bytes.subarray(cut));
    const text = half + decoder.write(bytes.subarray(0, cut));
    const end = /[\ud800-\udbff]$/.test(text) ? text.length - 1 : text.length;
    half = text.slice(end);
    if (end > 0) yield utf8(text.slice(0, end), encoding);
  }
  const rest = half + decoder.write(held) + (decoder.end() ?? '');
  if (rest !== '') yield utf8(rest, encoding);
  // iconv-lite drops a part of a character in silence: a file that was cut there ends in an unreadable row.
  if (total % bytesPerUnit(encoding) !== 0) yield UNDECODABLE;
}

/** A text in UTF-16 or UTF-32 has a multiple of so many bytes. */
function bytesPerUnit(encoding: string): number {
  if (/^(?:utf-?32|ucs-?4)/i.test(encoding)) return 4;
  return /^(?:utf-?16|ucs-?2)/i.test(encoding) ? 2 : 1;
}

/** No byte below is a part of a longer character in Shift_JIS, Big5, EUC or GB 18030. */
const LONE_BYTES_BELOW = 0x30;

/**
 * The end of the last whole character of which that is certain. iconv-lite 0.7.3 loses the last character of what it is
 * given where that begins with the last byte of a character of four (GB 18030) and goes on in ASCII.
 */
function endOfWhole(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) >= LONE_BYTES_BELOW) end--;
  return end;
}

function utf8(text: string, encoding: string): Buffer {
  // In Unicode the replacement character is one that a file may hold; elsewhere it stands for what is none.
  const pieces = text.split(UNICODE.test(encoding) ? LONE_SURROGATE : REPLACEMENT);
  return Buffer.concat(
    pieces.flatMap((piece, index) =>
      index === 0 ? [Buffer.from(piece)] : [UNDECODABLE, Buffer.from(piece)],
    ),
  );
}
