import { CallError } from '../call-error.js';
import type { ReadFile } from './attachment.js';
import { FileProblem } from './file-bytes.js';
import { base64Length, type FileRules, fileProblem } from './file-rules.js';
import type { FileSource } from './file-source.js';
import { kindOf, type MediaType, mediaTypeOf, typeWanted } from './media-type.js';
import type { NamedFile } from './named-files.js';
import { type PictureSize, pictureSizeOf, type ReadAt } from './picture-size.js';

/** Makes pictures smaller. */
export interface Shrinker {
  /** The most pixels of a picture, width times height. */
  readonly maxPixels: number;
  /**
   * @param picture its path, or its bytes
   * @throws Error where the picture cannot be read.
   */
  shrink(picture: string | Buffer, type: MediaType): Promise<SmallerPicture>;
}

export interface SmallerPicture {
  readonly type: MediaType;
  readonly bytes: Buffer;
  readonly size: PictureSize;
}

export interface ReadingParts {
  readonly rules: FileRules;
  readonly source: FileSource;
  /** The number of the row that names the file. */
  readonly row: number;
  /** Undefined: pictures are sent as they are. */
  readonly shrinker: Shrinker | undefined;
}

/**
 * Reads a file for a service, part by part into its base64.
 *
 * @param expected its bytes, as they were counted before
 * @throws CallError `unprocessable` or `too-large`, with the file's name.
 */
export async function readAttachment(
  file: NamedFile,
  expected: number,
  parts: ReadingParts,
): Promise<ReadFile> {
  try {
    return await read(file, expected, parts);
  } catch (error) {
    if (error instanceof FileProblem) throw refusal(file, 'unprocessable', error.message);
    throw error;
  }
}

export function refusal(
  { written }: Pick<NamedFile, 'written'>,
  kind: 'unprocessable' | 'too-large',
  why: string,
): CallError {
  return new CallError(kind, `${written}: ${why}`);
}

async function read(file: NamedFile, expected: number, parts: ReadingParts): Promise<ReadFile> {
  const { shrinker, source, row } = parts;
  let found: FoundType | undefined;
  let encoder: Base64 | undefined;
  const { sha256, bytes, again } = await source.read(file, row, async (part, readAt) => {
    if (found === undefined) {
      found = await typeOf(part, readAt, file);
      if (!isToShrink(found, shrinker)) {
        refuse(file, parts.rules, found, expected);
        encoder = new Base64(expected);
      }
    }
    encoder?.add(part);
  });
  if (found === undefined) throw new FileProblem('it is an empty file');
  const common = { kind: 'file', name: file.name, sha256 } as const;
  if (encoder !== undefined) {
    if (bytes !== expected) throw new FileProblem('it changed while it was read');
    return { ...common, ...found, base64: encoder.base64 };
  }
  const smaller = await shrunk(file, again(), found.type, shrinker);
  refuse(file, parts.rules, smaller, smaller.bytes.length);
  const { type, size } = smaller;
  return { ...common, type, size, base64: Buffer.from(smaller.bytes.toString('base64'), 'latin1') };
}

interface FoundType {
  readonly type: MediaType;
  readonly size: PictureSize | undefined;
}

async function typeOf(head: Buffer, readAt: ReadAt, file: NamedFile): Promise<FoundType> {
  const type = mediaTypeOf(head);
  if (type === undefined) throw refusal(file, 'unprocessable', typeWanted(head));
  return { type, size: await pictureSizeOf(type, head, readAt) };
}

function isToShrink({ size }: FoundType, shrinker: Shrinker | undefined): boolean {
  return shrinker !== undefined && size !== undefined && size.width * size.height > shrinker.maxPixels;
}

function refuse(file: NamedFile, rules: FileRules, { type, size }: FoundType, bytes: number): void {
  const problem = fileProblem(rules, type, bytes);
  if (problem !== undefined) throw refusal(file, problem.kind, problem.text);
  const { longestSide, service } = rules;
  if (longestSide === undefined || size === undefined || kindOf(type) !== 'picture') return;
  if (Math.max(size.width, size.height) <= longestSide) return;
  throw refusal(
    file,
    'too-large',
    `it has ${size.width} × ${size.height} pixels, and ${service} takes ${longestSide} a side at most; maxPixels in the fabric file makes it smaller`,
  );
}

async function shrunk(
  file: NamedFile,
  picture: string | Buffer,
  type: MediaType,
  shrinker: Shrinker | undefined,
): Promise<SmallerPicture> {
  try {
    if (shrinker === undefined) throw new Error('nothing makes pictures smaller here');
    return await shrinker.shrink(picture, type);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refusal(file, 'unprocessable', `it cannot be made smaller: ${why}`);
  }
}

/** A multiple of 3 whose base64 is a text of the size that V8 makes cheaply. */
const ENCODED_AT_ONCE = 48 * 1024;

/** Base64 in one buffer, made part by part: no text of a whole file is ever made. */
class Base64 {
  readonly #buffer: Buffer;
  #length = 0;

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafeSlow(base64Length(bytes));
  }

  get base64(): Buffer {
    return this.#buffer;
  }

  /** What does not fit any more is left out: the caller sees by the file's size that it changed. */
  add(part: Buffer): void {
    for (let start = 0; start < part.length; start += ENCODED_AT_ONCE) {
      const text = part.toString('base64', start, Math.min(part.length, start + ENCODED_AT_ONCE));
      this.#length += this.#buffer.write(text, this.#length, 'latin1');
    }
  }
}
