import { open } from 'node:fs/promises';
import pLimit from 'p-limit';
import { CallError } from '../call-error.js';
import type { ModelDefinition } from '../definition.js';
import type { Inputs } from '../fabric.js';
import type { Attachment } from './attachment.js';
import { FileProblem, regularFileSize } from './file-bytes.js';
import { mediaTypeOf } from './media-type.js';
import { type FilePlaces, type NamedFile, namedFiles } from './named-files.js';
import { pictureSizeOf } from './picture-size.js';
import { type PictureTokens, pictureTokensOf } from './picture-tokens.js';

/** What a file whose tokens are not known is taken for where something must be: about a page, or a large picture. */
const TOKENS_ASSUMED = 1_500;

/** The tokens of a row's files, for a limit: of those that are not known, a guess. */
export function guessFileTokens(
  definition: Pick<ModelDefinition, 'provider' | 'model'>,
): (files: readonly Attachment[] | undefined) => number {
  // What is sent has the size that it was made to have.
  const tokensOf = pictureTokensOf({ provider: definition.provider, model: definition.model });
  return (files = []) => {
    let tokens = 0;
    for (const file of files) {
      const size = file.kind === 'file' ? file.size : undefined;
      tokens += (size && tokensOf?.(size)) ?? TOKENS_ASSUMED;
    }
    return tokens;
  };
}

/** What is known of the tokens of a row's files before they are sent. */
export interface FileTokens {
  /** Of pictures whose service publishes a rule. */
  readonly tokens: number;
  /** Files of which it is not known: PDFs, sound, URLs, and pictures for other models. */
  readonly unknown: number;
}

/** Opened at a time: of each only the head is read. */
const AT_A_TIME = 8;
const HEAD_BYTES = 16 * 1024;

/**
 * Counts the tokens of the files that rows name, by a look at the heads of these.
 *
 * @returns for a row: undefined where one of its files cannot be sent.
 */
export function fileTokensCounter(
  definition: Pick<ModelDefinition, 'provider' | 'model' | 'maxPixels'>,
  places: FilePlaces,
): (inputs: Inputs) => Promise<FileTokens | undefined> {
  const limit = pLimit(AT_A_TIME);
  const tokensOf = pictureTokensOf(definition);
  return async (inputs) => {
    try {
      const files = namedFiles(inputs, places);
      const counts = await Promise.all(
        files.map((file) => (file.kind === 'link' ? undefined : limit(() => tokensIn(file, tokensOf)))),
      );
      return {
        tokens: counts.reduce<number>((sum, count) => sum + (count ?? 0), 0),
        unknown: counts.filter((count) => count === undefined).length,
      };
    } catch (error) {
      if (error instanceof CallError || error instanceof FileProblem) return undefined;
      throw error;
    }
  };
}

async function tokensIn(
  { path }: NamedFile,
  tokensOf: PictureTokens | undefined,
): Promise<number | undefined> {
  await regularFileSize(path);
  const file = await open(path, 'r').catch(() => {
    throw new FileProblem('it cannot be opened');
  });
  try {
    const readAt = async (position: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    const head = await readAt(0, HEAD_BYTES);
    const type = mediaTypeOf(head);
    if (type === undefined) throw new FileProblem('it is of another type');
    const size = await pictureSizeOf(type, head, readAt);
    return size && tokensOf?.(size);
  } finally {
    await file.close();
  }
}
