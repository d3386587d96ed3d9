/** How a line that is too long begins: it is no JSON, so whoever parses it sees that it cannot be read. */
const CUT_BYTES = 200;

/**
 * The lines of a file that comes in pieces. They end at the byte 0x0A alone: JSON may hold U+2028 and U+2029, which
 * some splitters take for line ends. One `\r` before the end is taken off; blank lines are left out.
 *
 * @param maxBytes of a line. The beginning of a longer one stands for it, so that memory stays bounded.
 */
export async function* linesOf(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<{ readonly text: string; readonly isEnded: boolean }> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  let isTooLong = false;
  const take = (last: Buffer): string => {
    const whole = begun.length === 0 ? last : Buffer.concat([...begun, last]);
    const isCut = isTooLong || whole.length > maxBytes;
    begun = [];
    begunBytes = 0;
    isTooLong = false;
    return isCut ? whole.toString('utf8', 0, CUT_BYTES) : textOf(whole);
  };
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let from = 0;
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, from)) {
      const text = take(bytes.subarray(from, end));
      if (!isBlank(text)) yield { text, isEnded: true };
      from = end + 1;
    }
    const rest = bytes.subarray(from);
    if (rest.length === 0) continue;
    if (begunBytes + rest.length > maxBytes) {
      isTooLong = true;
      if (begunBytes < CUT_BYTES) begun.push(Buffer.from(rest.subarray(0, CUT_BYTES)));
    } else {
      // A copy: the piece is a part of the connection's buffer.
      begun.push(Buffer.from(rest));
    }
    begunBytes += rest.length;
    if (isTooLong) begun = [Buffer.concat(begun).subarray(0, CUT_BYTES)];
  }
  const text = take(Buffer.alloc(0));
  if (!isBlank(text)) yield { text, isEnded: false };
}

const LF = 0x0a;
const CR = 0x0d;

function textOf(line: Buffer): string {
  return line.toString('utf8', 0, line[line.length - 1] === CR ? line.length - 1 : line.length);
}

function isBlank(text: string): boolean {
  return text === '' || text.trim() === '';
}
