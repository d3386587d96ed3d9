import iconv from 'iconv-lite';
import { type ByteSource, skipBytes } from './byte-source.js';

/** Codecs of iconv-lite that do not encode text. */
const NO_TEXT: ReadonlySet<string> = new Set(['base64', 'hex', 'internal']);

const UNICODE = /^(utf|ucs)/i;

/** A byte that UTF-8 text never has, so that readers find text that could not be decoded unreadable. */
const UNDECODABLE = Buffer.from([0xff]);
const REPLACEMENT = /\ufffd/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** True if there is a decoder of that name: the WHATWG's names and others, such as `windows-1252`. */
export function isKnownEncoding(name: string): boolean {
  return iconv.encodingExists(name) && !NO_TEXT.has(name.toLowerCase());
}

/**
 * A source that decodes another, which is not in UTF-8, into UTF-8. Offsets are those of the UTF-8 text: as in a compressed file, the part
 * before an offset is read and skipped, but not parsed again.
 */
export function decodedSource(source: ByteSource, encoding: string): ByteSource {
  return {
    ...source,
    encoding,
    look: () => decoded(source.look(), encoding),
    read: (offset) => skipBytes(decoded(source.read(0), encoding), offset),
  };
}

async function* decoded(chunks: AsyncIterable<Buffer>, encoding: string): AsyncIterable<Buffer> {
  // The byte order mark stays, so that the output has it too.
  const decoder = iconv.getDecoder(encoding, { stripBOM: false });
  const isUnicode = UNICODE.test(encoding);
  /** The first half of a surrogate pair whose second half is still to come. */
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
  // iconv-lite silently drops a part of a character; with this byte, a file that was cut there ends in an unreadable row.
  if (total % bytesPerUnit(encoding) !== 0) yield UNDECODABLE;
}

/** Bytes of a code unit: the size of UTF-16 or UTF-32 text is a multiple of it. */
function bytesPerUnit(encoding: string): number {
  if (/^(?:utf-?32|ucs-?4)/i.test(encoding)) return 4;
  return /^(?:utf-?16|ucs-?2)/i.test(encoding) ? 2 : 1;
}

/** No byte below is a part of a longer character in Shift_JIS, Big5, EUC or GB 18030. */
const LONE_BYTES_BELOW = 0x30;

/**
 * The end of the last character that is certainly whole. iconv-lite 0.7.3 loses the last character of a chunk that begins
 * with the last byte of a four-byte character (GB 18030) and continues in ASCII.
 */
function endOfWhole(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) >= LONE_BYTES_BELOW) end--;
  return end;
}

function utf8(text: string, encoding: string): Buffer {
  // In Unicode a file may hold the replacement character itself; elsewhere it stands for undecodable bytes.
  const pieces = text.split(UNICODE.test(encoding) ? LONE_SURROGATE : REPLACEMENT);
  return Buffer.concat(
    pieces.flatMap((piece, index) =>
      index === 0 ? [Buffer.from(piece)] : [UNDECODABLE, Buffer.from(piece)],
    ),
  );
}
