/** What a file is, by its content. */
export type MediaType =
  | 'image/png'
  | 'image/jpeg'
  | 'image/webp'
  | 'image/gif'
  | 'application/pdf'
  | 'audio/wav'
  | 'audio/mpeg';

/** How a service takes it. */
export type FileKind = 'picture' | 'PDF' | 'sound';

/** @example kindOf('image/png') // 'picture' */
export function kindOf(type: MediaType): FileKind {
  if (type === 'application/pdf') return 'PDF';
  return type.startsWith('image/') ? 'picture' : 'sound';
}

/** PDFs may have other bytes before their mark. (PDF 1.7, implementation notes, 13) */
const PDF_MARK_WITHIN = 1024;

/**
 * The type of a file by its first bytes; its name may say another. Undefined for what no service takes.
 *
 * @param head the first 1,024 bytes or more; all of a shorter file
 */
export function mediaTypeOf(head: Buffer): MediaType | undefined {
  if (begins(head, '\x89PNG\r\n\x1a\n')) return 'image/png';
  if (begins(head, '\xff\xd8\xff')) return 'image/jpeg';
  if (begins(head, 'GIF87a') || begins(head, 'GIF89a')) return 'image/gif';
  if (begins(head, 'RIFF')) {
    const form = head.toString('latin1', 8, 12);
    if (form === 'WEBP') return 'image/webp';
    return form === 'WAVE' ? 'audio/wav' : undefined;
  }
  if (begins(head, 'ID3') || isMp3Frame(head)) return 'audio/mpeg';
  return head.subarray(0, PDF_MARK_WITHIN).includes('%PDF-') ? 'application/pdf' : undefined;
}

/** What a file is that no service takes, and what was wanted, in words that follow its name and a colon. */
export function typeWanted(head: Buffer): string {
  return `wanted a PNG, JPEG, WebP, GIF, PDF, WAV or MP3, got ${foreignTypeOf(head) ?? 'something else'}`;
}

/** The name of a known type that no service takes, for messages; undefined for any other. */
export function foreignTypeOf(head: Buffer): string | undefined {
  if (head.length === 0) return 'an empty file';
  if (head.toString('latin1', 4, 8) === 'ftyp') {
    const brand = head.toString('latin1', 8, 12);
    if (/^(?:hei|hev|mif1)/.test(brand)) return 'a HEIC picture';
    return /^avi[fs]/.test(brand) ? 'an AVIF picture' : 'a video, or MP4 sound';
  }
  if (begins(head, 'II*\0') || begins(head, 'MM\0*')) return 'a TIFF picture';
  if (begins(head, 'BM')) return 'a BMP picture';
  if (begins(head, 'PK\x03\x04')) return 'a ZIP archive, or an Office document';
  if (begins(head, 'OggS')) return 'Ogg sound';
  if (begins(head, 'fLaC')) return 'FLAC sound';
  return /^\s*</.test(head.toString('latin1', 0, 200)) ? 'HTML, XML or SVG' : undefined;
}

function begins(head: Buffer, mark: string): boolean {
  return head.toString('latin1', 0, mark.length) === mark;
}

/** A frame of MPEG audio, layer III. (ISO 11172-3, 2.4.1.3) */
function isMp3Frame(head: Buffer): boolean {
  const [first = 0, second = 0, third = 0] = head;
  const isSync = first === 0xff && (second & 0xe0) === 0xe0;
  const isLayer3 = (second & 0x06) === 0x02 && (second & 0x18) !== 0x08;
  return isSync && isLayer3 && (third & 0xf0) !== 0xf0 && (third & 0x0c) !== 0x0c;
}
