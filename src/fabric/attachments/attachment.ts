import type { MediaType } from './media-type.js';
import type { PictureSize } from './picture-size.js';

/** A file that goes to a service with a row. */
export type Attachment = ReadFile | LinkedFile;

/** A file of this machine, read. */
export interface ReadFile {
  readonly kind: 'file';
  /** Without its folders. */
  readonly name: string;
  readonly type: MediaType;
  /** What is sent, in base64, as ASCII. */
  readonly base64: Buffer;
  /** SHA-256 of the file in hexadecimal digits; also where a smaller picture is sent. */
  readonly sha256: string;
  /** Of what is sent, where it is a picture. */
  readonly size: PictureSize | undefined;
}

/** A file that the service fetches itself. */
export interface LinkedFile {
  readonly kind: 'link';
  readonly url: string;
  /** By the end of its path; undefined where that says nothing. */
  readonly type: MediaType | undefined;
}

export function isLink(file: Attachment): file is LinkedFile {
  return file.kind === 'link';
}
