/** Base64 of a file: no word, number or address is as long. */
const BASE64 = /[A-Za-z\d+/]{2000,}={0,2}/g;

/**
 * Tokens that a file is counted as where nothing better is known, beside a share of its length: more than services
 * count for a picture, and about what they count for the pages of a PDF.
 */
const TOKENS_A_FILE = 5_000;
const CHARACTERS_PER_TOKEN = 40;
const BYTES_PER_TOKEN = 3;

/**
 * The bytes of a request as they count where tokens are guessed from bytes: files in it are no text.
 *
 * @example textBytes(`{"data":"${'A'.repeat(400_000)}"}`) // 45011
 */
export function textBytes(line: string): number {
  let bytes = Buffer.byteLength(line);
  for (const [{ length }] of line.matchAll(BASE64)) {
    bytes += BYTES_PER_TOKEN * (TOKENS_A_FILE + length / CHARACTERS_PER_TOKEN) - length;
  }
  return Math.ceil(bytes);
}
